/** Rewards and advantages of whole responses: plain numbers, no gradient flows here. */
import type { KlEstimator } from '../../tensor/kl';
import type { Group } from '../groups';
import { moments } from '../scores';

/** Added to the standard deviation that advantages are divided by, as in TRL. */
const scaleEpsilon = 1e-4;

export interface ResponseRewardOptions {
  readonly beta: number;
  readonly klEstimator: KlEstimator;
  /** Absent: no cut. */
  readonly rewardClipRange?: number;
}

/**
 * Reward of a response: clip(score, ± rewardClipRange) − β·Σ_t KL_t, with KL_t estimated by k1 = log π − log π_ref or by
 * k3 = r − 1 − log r, r = π_ref/π.
 *
 * @param ratios log π − log π_ref of the tokens sampled, nats.
 * @param score of the whole response, penalties included.
 */
export function responseReward(
  ratios: Float32Array,
  score: number,
  { beta, klEstimator, rewardClipRange = Infinity }: ResponseRewardOptions,
): number {
  const estimate = { k1: (x: number) => x, k3: (x: number) => Math.expm1(-x) + x }[klEstimator];
  const kl = ratios.reduce((sum, ratio) => sum + estimate(ratio), 0);
  return Math.min(rewardClipRange, Math.max(-rewardClipRange, score)) - beta * kl;
}

/**
 * Leave-one-out advantages: A_i = r_i − mean of the other rewards of its group; with `normalizeAdvantages` then
 * (A − Ā) / (s + 1e-4) over all responses, s the unbiased standard deviation. In a group whose rewards differ by rounding alone
 * every advantage is 0.
 *
 * @returns one a response, in the order of the groups.
 * @see Ahmadian et al. 2024, eq. 7 (arXiv:2402.14740).
 */
export function rlooAdvantages(groups: readonly Group[], normalizeAdvantages: boolean): number[] {
  const advantages = groups.flatMap(({ rewards, mean, varies }) =>
    rewards.map((reward) => (varies ? reward - (mean * rewards.length - reward) / (rewards.length - 1) : 0)),
  );
  if (!normalizeAdvantages) return advantages;
  const { mean, std } = moments(advantages);
  return advantages.map((advantage) => (advantage - mean) / (std + scaleEpsilon));
}
