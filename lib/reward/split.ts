/** Which pairs train the reward model and which judge it: held out by prompt first, then balanced by length. */
import { InputError } from '../errors';
import type { Rng } from '../random';
import { createRng } from '../random';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { differingPairs } from '../train/sequences';
import type { PreferencePair } from '../types';
import type { RewardConfig } from './config';
import { balanceLengths, type LengthBalanceAccount } from './debias/bucket-balance';

export interface PairSplit {
  readonly training: readonly PreferencePair[];
  /** Never balanced: what they say must be the annotators' word. */
  readonly heldOut: readonly PreferencePair[];
  readonly lengthBalance: LengthBalanceAccount;
}

/**
 * Checks the pairs, leaves those out that are equal in the tokens that are read, holds some out, and balances the rest by length in response tokens.
 *
 * @throws {InputError} without pairs, for a pair with an empty answer, with identical answers or with a margin or weight
 * that is no number, and when balancing leaves nothing to train on.
 *
 * @example
 * ```ts
 * import { loadTokenizer, parseConfig, readPairs, rewardFields, splitPairs } from 'rlhf-kit';
 *
 * const config = parseConfig('reward', rewardFields, { evalFraction: 0.1, lengthBalance: 'reweight' });
 * const tokenizer = loadTokenizer('runs/start/sft/model');
 * const split = splitPairs(await readPairs('runs/start/filter/pairs.jsonl'), config, tokenizer);
 * console.log(split.training.length, split.heldOut.length, split.lengthBalance.lengthOnlyAccuracy);
 * ```
 */
export function splitPairs(
  pairs: readonly PreferencePair[],
  config: Pick<
    RewardConfig,
    'seed' | 'evalFraction' | 'lengthBalance' | 'lengthBalanceBuckets' | 'maxResponseTokens'
  >,
  tokenizer: Tokenizer,
): PairSplit {
  if (pairs.length === 0) throw new InputError('reward: there are no preference pairs');
  pairs.forEach(checkPair);
  const differing = differingPairs('reward', pairs, tokenizer, config);
  const rng = createRng(config.seed).fork('reward');
  const { kept, heldOut } = holdOutByPrompt(differing, config.evalFraction, rng.fork('split'));
  const { pairs: training, account } = balanceLengths(kept, {
    method: config.lengthBalance,
    buckets: config.lengthBalanceBuckets,
    lengthOf: (response) => tokenizer.encode(response).length,
    rng: rng.fork('balance'),
  });
  if (training.length === 0) {
    throw new InputError(
      `reward: length balancing left none of ${kept.length} pairs: in every bucket the longer answer always wins or always loses; use fewer --length-balance-buckets or --length-balance none`,
    );
  }
  return { training, heldOut, lengthBalance: account };
}

/** Puts all pairs of a share of the prompts aside: at least one prompt, unless the share is 0 or there is only one. */
function holdOutByPrompt(
  pairs: readonly PreferencePair[],
  fraction: number,
  rng: Rng,
): { kept: PreferencePair[]; heldOut: PreferencePair[] } {
  const prompts = rng.shuffle([...new Set(pairs.map((pair) => pair.promptId))]);
  const wanted =
    fraction === 0 || prompts.length === 1 ? 0 : Math.max(1, Math.floor(prompts.length * fraction));
  const chosen = new Set(prompts.slice(0, wanted));
  return {
    kept: pairs.filter((pair) => !chosen.has(pair.promptId)),
    heldOut: pairs.filter((pair) => chosen.has(pair.promptId)),
  };
}

function checkPair(pair: PreferencePair, index: number): void {
  const refuse = (problem: string): never => {
    throw new InputError(`reward: pair ${index + 1} (prompt ${pair.promptId}): ${problem}`);
  };
  for (const side of ['chosen', 'rejected'] as const) {
    if (pair[side].trim() === '') refuse(`${side} is empty`);
  }
  if (pair.chosen === pair.rejected) refuse('chosen and rejected are identical; such a pair prefers nothing');
  const { margin = 0, weight = 1 } = pair;
  if (!Number.isFinite(margin)) refuse(`margin must be a number, got ${margin}`);
  if (!Number.isFinite(weight) || weight < 0) refuse(`weight must be a number ≥ 0, got ${weight}`);
}
