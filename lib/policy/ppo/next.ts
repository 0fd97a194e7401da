/** What PPO adapts from one iteration to the next: the weight of the KL penalty and the learning rate. */
import type { Metrics } from '../../train/metrics';
import { adaptLearningRate } from '../../train/schedule';
import type { PpoConfig } from './config';

export type PpoState = {
  readonly klCoef: number;
  /** The schedule's learning rate is multiplied by it. */
  readonly learningRateFactor: number;
};

export function initialState({ klCoef }: PpoConfig): PpoState {
  return { klCoef, learningRateFactor: 1 };
}

/** The state after an iteration, given the metrics of its rollouts and of its updates. */
export function next(
  { klCoef, learningRateFactor }: PpoState,
  rollouts: Metrics,
  updates: readonly Metrics[],
  { klTarget, klHorizon, lrKlTarget, rolloutBatchSize }: PpoConfig,
): PpoState {
  const kl = rollouts['objective/kl'] as number;
  const approxKl = updates.reduce((sum, row) => sum + (row['policy/approxkl_avg'] as number), 0);
  return {
    klCoef: klTarget === undefined ? klCoef : adaptKlCoef(klCoef, kl, klTarget, rolloutBatchSize, klHorizon),
    learningRateFactor:
      lrKlTarget === undefined
        ? learningRateFactor
        : adaptLearningRate(learningRateFactor, approxKl / updates.length, lrKlTarget),
  };
}

/**
 * The KL coefficient that keeps responses near a target divergence: c ← c·(1 + clip(kl/target − 1, ±0.2)·n/horizon).
 *
 * @param kl mean KL of the n responses of an iteration, nats.
 * @see Ziegler et al. 2019, section 2.2 (arXiv:1909.08593).
 */
export function adaptKlCoef(
  klCoef: number,
  kl: number,
  target: number,
  rollouts: number,
  horizon: number,
): number {
  const error = Math.min(0.2, Math.max(-0.2, kl / target - 1));
  return klCoef * (1 + (error * rollouts) / horizon);
}
