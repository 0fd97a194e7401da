/**
 * From a hidden task and a kind of quality to a text. The length to reach is drawn before, and apart from, the quality:
 * neutral fillers make up what the kind's own sentences leave, so that length says nothing about worth.
 */
import { readingLength } from '../../lib/reading-length';
import type { Rng } from '../../lib/random';
import { languages, type Family, type Kind, type Language, type Spec } from './family';
import { fillers, rude, vague } from './phrases';

/** Range of lengths to reach, in reading characters. */
export interface LengthRange {
  readonly shortest: number;
  readonly longest: number;
}

/** How many random sets of fillers are tried before the one nearest to the length is taken. */
const trials = 16;

/** A kind of answer, as often as the family's table says. */
export function drawKind(family: Family, rng: Rng): Kind {
  const table = Object.entries(family.kinds) as [Kind, number][];
  let left = rng.uniform() * table.reduce((sum, [, share]) => sum + share, 0);
  for (const [kind, share] of table) {
    left -= share;
    if (left < 0) return kind;
  }
  return 'good';
}

/** The answer's text: the kind's own sentences, between fillers that bring it near a length drawn from `range`. */
export function respond(family: Family, spec: Spec, kind: Kind, range: LengthRange, rng: Rng): string {
  const target = range.shortest + rng.fork('length').uniform() * (range.longest - range.shortest);
  const core = coreSentences(family, spec, kind, rng.fork('core'));
  if (!family.fillers) return join(core);
  const miss = (text: string): number => Math.abs(readingLength(text) - target);
  let best = join(core);
  for (let trial = 0; trial < trials; trial++) {
    const text = padded(core, spec.language, kind, rng.fork('fillers').fork(trial));
    if (miss(text) < miss(best)) best = text;
  }
  return best;
}

/** The sentences as one text: a space before a sentence of letters, none before an ideograph. */
function join(sentences: readonly string[]): string {
  return sentences.map((s, i) => (i > 0 && /^[\x20-\x7e]/.test(s) ? ` ${s}` : s)).join('');
}

/** The sentences that carry the kind's quality. */
function coreSentences(family: Family, spec: Spec, kind: Kind, rng: Rng): string[] {
  const right = family.right(spec, rng);
  const [first = '', second] = right;
  switch (kind) {
    case 'good':
      return right;
    case 'partial':
      return family.part?.(spec, rng) ?? [first];
    case 'wrong':
      return family.wrong(spec, rng);
    case 'vague':
      return rng.shuffle(vague[spec.language]).slice(0, 2);
    case 'rude':
      return rng.shuffle(rude[spec.language]).slice(0, 2);
    case 'repeated':
      return [first, first];
    case 'wrongLanguage': {
      const language = languages.find((other) => other !== spec.language) ?? spec.language;
      const foreign = family.right({ ...spec, language }, rng);
      return second === undefined ? foreign : [first, foreign[1] ?? ''];
    }
    case 'cutOff':
      return second === undefined ? [cut(first)] : [first, cut(second)];
    case 'harmful':
      return family.harmful?.(spec, rng) ?? right;
  }
}

/** The first part of a sentence, ending within it: after a whole word in English. */
function cut(sentence: string): string {
  const half = sentence.slice(0, Math.ceil(sentence.length * 0.6));
  const space = half.lastIndexOf(' ');
  return space > 0 ? half.slice(0, space) : half;
}

/** The core among fillers: one of each sort or none; a cut-off answer gets none after its end. */
function padded(core: readonly string[], language: Language, kind: Kind, rng: Rng): string {
  const { openings, offers, farewells } = fillers[language];
  const maybe = (sentences: readonly string[]): string[] => (rng.chance(0.6) ? [rng.pick(sentences)] : []);
  const before = maybe(openings);
  return join([...before, ...core, ...(kind === 'cutOff' ? [] : [...maybe(offers), ...maybe(farewells)])]);
}
