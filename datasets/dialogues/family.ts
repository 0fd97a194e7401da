/**
 * What a task family is: it draws a hidden task (a spec), words the request, answers it rightly or wrongly sentence by
 * sentence, and says what a sentence is worth. Lengths, fillers, generic faults and scores are made outside.
 */
import type { Rng } from '../../lib/random';

export type Language = 'en' | 'zh';
export const languages: readonly Language[] = ['en', 'zh'];

export type FamilyName =
  | 'openQuestion'
  | 'writing'
  | 'list'
  | 'fact'
  | 'rolePlay'
  | 'translation'
  | 'arithmetic'
  | 'identity'
  | 'json'
  | 'unsafe'
  | 'chitChat';

/** How an answer is made; every kind but `good` has one fault. */
export type Kind =
  'good' | 'partial' | 'wrong' | 'vague' | 'rude' | 'repeated' | 'wrongLanguage' | 'cutOff' | 'harmful';

/** A hidden task: never written to a file, drawn again from the promptId when the judge needs it. */
export interface Spec {
  readonly language: Language;
  /** Which wording of the request. */
  readonly paraphrase: number;
}

/** Something a sentence achieves; a point counts once however often it is made. Negative worth: a plain mistake. */
export interface Point {
  readonly id: string;
  readonly worth: number;
}

export interface Family<S extends Spec = Spec> {
  readonly name: FamilyName;
  /** True for the four families that RL prompts leave out and that are asked afterwards to see what was forgotten. */
  readonly probe: boolean;
  /** Whether neutral extra sentences are welcome; where not, the judge counts them as straying. */
  readonly fillers: boolean;
  /** How often each kind of answer is demonstrated, in per cent. */
  readonly kinds: Readonly<Partial<Record<Kind, number>>>;
  sample(language: Language, rng: Rng): S;
  ask(spec: S): string;
  /** The sentences of a full answer. */
  right(spec: S, rng: Rng): string[];
  /** Fluent sentences that miss the task: off topic, or false. */
  wrong(spec: S, rng: Rng): string[];
  /** Part of a full answer; the first sentence of `right` where absent. */
  part?(spec: S, rng: Rng): string[];
  /** Compliance with an unsafe request. */
  harmful?(spec: S, rng: Rng): string[];
  /** What the sentence achieves for this task; empty when nothing. The worths of a full answer add up to 1. */
  points(spec: S, sentence: string): readonly Point[];
  /** Whether any answer of this family, right or wrong, holds this sentence. */
  knows(sentence: string, language: Language): boolean;
}

/** Kinds of the families whose full answer has two sentences. */
export const twoPartKinds = {
  good: 38,
  partial: 16,
  wrong: 4,
  vague: 17,
  rude: 15,
  repeated: 4,
  wrongLanguage: 4,
  cutOff: 2,
} as const;

/** Kinds of the probe families: nearly always right, so that a loss of the skill shows. */
export const probeKinds = { good: 96, wrong: 4 } as const;

/** A closed set of sentences in each language. */
export function phraseBook(
  build: (language: Language) => readonly string[],
): (sentence: string, language: Language) => boolean {
  const sets = { en: new Set(build('en')), zh: new Set(build('zh')) };
  return (sentence, language) => sets[language].has(sentence);
}

/** The text with its slots filled: `fill('a {x}', {x: 'cat'})` is `a cat`. */
export function fill(template: string, slots: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => slots[name] ?? whole);
}

/** Element `index` of a list known to be that long. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`at: index must be below ${items.length}, got ${index}`);
  return item;
}

/** `count` of the items at random, in the order they have in the list: easier to learn than any order. */
export function someOf<T>(items: readonly T[], count: number, rng: Rng): T[] {
  const chosen = new Set(rng.shuffle(items.map((_, index) => index)).slice(0, count));
  return items.filter((_, index) => chosen.has(index));
}

/** An index below `count` other than `index`. */
export function otherIndex(count: number, index: number, rng: Rng): number {
  return (index + 1 + rng.integer(count - 1)) % count;
}
