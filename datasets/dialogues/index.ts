/** The embedded world of dialogues: demonstrations, prompts, and the gold judge that only evaluation and annotators read. */
import { InputError } from '../../lib/errors';
import type { Demonstration, PromptRecord } from '../../lib/types';
import { dialogue, parsePromptId, worldName, type Split, type WorldPart } from './dialogue';
import { judgeResponse, type GoldVerdict } from './judge/verdict';

export type { Split, WorldPart } from './dialogue';
export { probeTasks } from './families';
export { languages } from './family';
export type { FamilyName, Kind, Language } from './family';
export type { GoldVerdict } from './judge/verdict';

/** The splits that hold prompts without an answer. */
export type PromptSplit = Exclude<Split, 'demonstrate'>;

export interface World {
  readonly seed: number;
  /** The first `n` demonstrations: conversations of all families, answered well and not so well. */
  demonstrations(n: number): Demonstration[];
  /** The first `n` prompts of a split. */
  prompts(split: PromptSplit, n: number): PromptRecord[];
  /**
   * The gold verdict on a response to one of this world's prompts.
   *
   * @throws InputError when the promptId was not made by this world
   */
  judge(promptId: string, response: string): GoldVerdict;
}

/**
 * The world of a seed. The knowledge is the same in every world; which dialogues occur depends on the seed.
 *
 * @param part keeps to one language or to short dialogues.
 *
 * @example
 * ```ts
 * import { createWorld } from 'rlhf-kit';
 *
 * const world = createWorld(1, { language: 'en' });
 * for (const { promptId, prompt } of world.prompts('evaluate', 3)) {
 *   console.log(prompt, world.judge(promptId, 'I do not know.').gold);
 * }
 * ```
 */
export function createWorld(seed: number, part: WorldPart = {}): World {
  if (!Number.isSafeInteger(seed)) throw new InputError(`createWorld: seed must be an integer, got ${seed}`);
  const { maxTurns } = part;
  if (maxTurns !== undefined && !(Number.isSafeInteger(maxTurns) && maxTurns >= 1))
    throw new InputError(`createWorld: maxTurns must be an integer of at least 1, got ${maxTurns}`);
  return {
    seed,
    demonstrations: (n) =>
      numbers(n).map((index) => {
        const { tags, prompt, response } = dialogue(seed, 'demonstrate', index, part);
        return { ...tags, prompt, response };
      }),
    prompts: (split, n) =>
      numbers(n).map((index) => {
        const { tags, prompt } = dialogue(seed, split, index, part);
        return { ...tags, prompt };
      }),
    judge: (promptId, response) => {
      const name = parsePromptId(promptId);
      if (name?.world !== worldName(seed, part)) {
        throw new InputError(
          `World.judge: promptId must be of the world with seed ${seed}, such as ${worldName(seed, part)}-evaluate-0, got ${promptId}`,
        );
      }
      const { family, spec } = dialogue(seed, name.split, name.index, part);
      return judgeResponse(family, spec, response);
    },
  };
}

function numbers(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index);
}
