/** One dialogue of the world as a pure function of (seed, split, index): conversation, hidden task, and name. */
import { readingLength } from '../../lib/reading-length';
import { createRng, type Rng } from '../../lib/random';
import type { Message, PromptTags } from '../../lib/types';
import { languages, type Family, type Kind, type Language, type Spec } from './family';
import { families, probeFamilies, rewardedFamilies } from './families';
import { drawKind, respond, type LengthRange } from './response';

/** What a dialogue is for; dialogues of different splits are drawn apart. */
const splits = ['demonstrate', 'annotate', 'reinforce', 'evaluate', 'probe'] as const;
export type Split = (typeof splits)[number];

export interface Dialogue {
  readonly tags: PromptTags;
  readonly family: Family;
  readonly spec: Spec;
  /** The conversation up to and with the last user turn. */
  readonly prompt: readonly Message[];
  /** Kind and text of an answer as the world's demonstrator gives it. */
  readonly kind: Kind;
  readonly response: string;
}

/** Shares of 1, 2, … turns (a turn is a request and its answer); the mean is 2.4. */
const turnShares = [0.25, 0.35, 0.2, 0.15, 0.05];
/** Probes ask for a skill, so their history is short: mean 1.4. */
const probeTurnShares = [0.65, 0.3, 0.05];

/** Requests whose wording and slots fall in this share are kept for evaluation. */
const heldOutShare = 0.15;

const finalLength: LengthRange = { shortest: 70, longest: 114 };
/** The most reading characters a prompt has, history included: keeps dialogues within 160 tokens or so. */
const longestPrompt = 225;
const historyLength: LengthRange = { shortest: 24, longest: 70 };

/** Whether a request is asked in evaluation alone: never answered in a demonstration nor shown to the policy. */
export function isHeldOut(family: Family, request: string): boolean {
  // Probes ask whether a skill is still there, not whether it carries over: nothing of theirs is held out.
  return !family.probe && createRng('held out').fork(request).uniform() < heldOutShare;
}

/** A part of the world, smaller and sooner learned: for experiments that must be over in a minute. */
export interface WorldPart {
  /** Both, equally often, when absent. */
  readonly language?: Language;
  /** Longer dialogues do not occur; 5 when absent. */
  readonly maxTurns?: number;
}

/** The dialogue numbered `index` of a split. */
export function dialogue(seed: number, split: Split, index: number, part: WorldPart = {}): Dialogue {
  const rng = createRng(`dialogues ${seed}`).fork(split).fork(index);
  const language = part.language ?? rng.fork('language').pick(languages);
  const shares = (split === 'probe' ? probeTurnShares : turnShares).slice(0, part.maxTurns);
  const turns = 1 + drawIndex(shares, rng.fork('turns'));
  const drawn = drawPrompt(split, language, turns, rng);
  const { family, spec } = drawn.last;
  const last = rng.fork('last');
  const kind = drawKind(family, last.fork('kind'));
  return {
    tags: { promptId: `${worldName(seed, part)}-${split}-${index}`, task: family.name, language },
    family,
    spec,
    prompt: drawn.prompt,
    kind,
    response: respond(family, spec, kind, finalLength, last.fork('answer')),
  };
}

/** How the promptIds of a world begin: `w1`, or `w1en.2` when it knows English alone and two turns at most. */
export function worldName(seed: number, { language, maxTurns }: WorldPart): string {
  return `w${seed}${language ?? ''}${maxTurns === undefined ? '' : `.${maxTurns}`}`;
}

/** What a promptId names, or undefined when it is no name of a dialogue. */
export function parsePromptId(promptId: string): { world: string; split: Split; index: number } | undefined {
  const match = /^(w-?\d+(?:en|zh)?(?:\.\d+)?)-([a-z]+)-(\d+)$/.exec(promptId);
  const split = splits.find((name) => name === match?.[2]);
  return match && split ? { world: match[1] as string, split, index: Number(match[3]) } : undefined;
}

function candidates(split: Split): readonly Family[] {
  if (split === 'demonstrate') return Object.values(families);
  return split === 'probe' ? probeFamilies : rewardedFamilies;
}

interface Request {
  readonly family: Family;
  readonly spec: Spec;
  readonly request: string;
}

/** A conversation up to the last request, drawn again until it is short enough; the number of turns stays. */
function drawPrompt(
  split: Split,
  language: Language,
  turns: number,
  rng: Rng,
): { prompt: Message[]; last: Request } {
  for (let attempt = 0; ; attempt++) {
    const asked = new Set<string>();
    const prompt: Message[] = [];
    for (let turn = 1; turn < turns; turn++) {
      const own = rng.fork('history').fork(attempt).fork(turn);
      const { family, spec, request } = drawRequest(Object.values(families), language, 'shown', asked, own);
      const kind = drawKind(family, own.fork('kind'));
      const answer = respond(family, spec, kind, historyLength, own.fork('answer'));
      prompt.push({ role: 'user', content: request }, { role: 'assistant', content: answer });
    }
    const last = drawRequest(
      candidates(split),
      language,
      split === 'evaluate' ? 'any' : 'shown',
      asked,
      rng.fork('last request'),
    );
    prompt.push({ role: 'user', content: last.request });
    const length = prompt.reduce((sum, { content }) => sum + readingLength(content), 0);
    if (length <= longestPrompt) return { prompt, last };
  }
}

/** A family, a task and its request: none that is held out where only shown ones are wanted, none asked in this dialogue. */
function drawRequest(
  choice: readonly Family[],
  language: Language,
  wanted: 'shown' | 'any',
  asked: Set<string>,
  rng: Rng,
): Request {
  const family = rng.fork('family').pick(choice);
  for (let attempt = 0; ; attempt++) {
    const spec = family.sample(language, rng.fork('spec').fork(attempt));
    const request = family.ask(spec);
    if ((wanted === 'shown' && isHeldOut(family, request)) || asked.has(request)) continue;
    asked.add(request);
    return { family, spec, request };
  }
}

function drawIndex(shares: readonly number[], rng: Rng): number {
  let left = rng.uniform() * shares.reduce((sum, share) => sum + share, 0);
  const index = shares.findIndex((share) => (left -= share) < 0);
  return index < 0 ? shares.length - 1 : index;
}
