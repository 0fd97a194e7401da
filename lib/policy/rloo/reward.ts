/** Rewards of whole responses: RLOO takes the divergence from the reference off the reward, where GRPO adds it to the loss. */
import type { KlEstimator } from '../../tensor/kl';

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
