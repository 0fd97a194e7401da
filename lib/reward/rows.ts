/** Preference pairs in tokens, with the verdicts that the run learns from. */
import { InputError } from '../errors';
import type { ScoreCriterion } from '../model/config';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { sidePrompts } from '../sides';
import { encodeRow, type SequenceLimits } from '../train/sequences';
import type { PreferencePair, Prompt } from '../types';
import { oneScore, verdictOn, type PairVerdict } from './criteria';
import type { PairSplit } from './split';

/** A pair in tokens: prompt, response and end-of-turn token on each side. */
export interface RewardRow {
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
  readonly margin: number;
  readonly weight: number;
  /** On the criteria of the run, in their order. */
  readonly verdicts: readonly PairVerdict[];
}

export interface RewardRows {
  readonly training: readonly RewardRow[];
  /** In order of length, so that little of a batch is padding. */
  readonly heldOut: readonly RewardRow[];
}

/**
 * Encodes pairs.
 *
 * @throws {InputError} for a criterion that no training pair has a verdict on: it cannot be learned.
 */
export function rewardRows(
  { training, heldOut }: Pick<PairSplit, 'training' | 'heldOut'>,
  tokenizer: Tokenizer,
  limits: SequenceLimits,
  criteria: readonly ScoreCriterion[],
): RewardRows {
  const encode = (pair: PreferencePair): RewardRow => encodePair(tokenizer, pair, limits, criteria);
  const rows = training.map(encode);
  const undecided = criteria.find((_, k) => countDecided(rows, k) === 0);
  if (undecided !== undefined) {
    throw new InputError(
      `reward: none of ${rows.length} training pairs has a verdict on criterion '${undecided.name}'`,
    );
  }
  return { training: rows, heldOut: heldOut.map(encode).sort((a, b) => a.chosen.length - b.chosen.length) };
}

/** Pairs that have a verdict on criterion `k`. */
export function countDecided(rows: readonly RewardRow[], k: number): number {
  return rows.filter((row) => row.verdicts[k] !== 'tie').length;
}

/** Encodes both sides; over-long prompts keep their end, over-long responses their beginning. */
export function encodePair(
  tokenizer: Tokenizer,
  pair: PreferencePair,
  limits: SequenceLimits,
  criteria: readonly ScoreCriterion[],
): RewardRow {
  const prompts = sidePrompts(pair);
  const side = (prompt: Prompt, response: string): number[] => {
    const { promptTokens, responseTokens } = encodeRow(tokenizer, prompt, response, limits);
    return [...promptTokens, ...responseTokens];
  };
  return {
    chosen: side(prompts.chosen, pair.chosen),
    rejected: side(prompts.rejected, pair.rejected),
    margin: pair.margin ?? 0,
    weight: pair.weight ?? 1,
    verdicts: criteria === oneScore ? ['chosen'] : criteria.map(({ name }) => verdictOn(pair, name)),
  };
}
