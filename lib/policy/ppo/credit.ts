/** What the tokens of an iteration earned: what a response scores above its baseline, less what leaving the reference costs. */
import type { Metrics } from '../../train/metrics';
import type { Iteration } from '../sampled';
import { gae, tokenRewards, whiten } from './advantage';
import type { Row } from './batch';
import type { PpoConfig } from './config';
import type { PpoState } from './next';
import { rolloutMetrics } from './rollout-metrics';

/**
 * Rewards and advantages of rollouts: on every token −klCoef·(log π − log π_ref), on the last one the score too, less the
 * penalty for a missing end and the baseline.
 */
export function credit(
  iteration: Iteration<'values'>,
  config: PpoConfig,
  { klCoef }: Pick<PpoState, 'klCoef'>,
): { readonly rows: readonly Row[]; readonly metrics: Metrics } {
  const { rollouts, scores, logRatios } = iteration;
  const baselines = baselinesOf(iteration, config);
  const plain = logRatios.map((kl, i) =>
    tokenRewards(kl, (scores[i] as number) - (baselines[i] as number), klCoef),
  );
  const rewards = config.whitenRewards ? whiten(plain, false) : plain;
  const estimates = rollouts.map(({ values }, i) =>
    gae(rewards[i] as Float32Array, values, config.gamma, config.lam),
  );
  const advantages = estimates.map((estimate) => estimate.advantages);
  const whitened = config.whitenAdvantages ? whiten(advantages, true) : advantages;
  const rows = rollouts.map((rollout, i): Row => ({
    ...rollout,
    advantages: whitened[i] as Float32Array,
    returns: estimates[i]?.returns as Float32Array,
  }));
  return { rows, metrics: rolloutMetrics(iteration, { rows, baselines, klCoef }) };
}

/** What is subtracted from the score of each response. */
function baselinesOf(
  { rollouts, scores, referenceScores }: Iteration<'values'>,
  { rewardBaseline }: PpoConfig,
): number[] {
  const batchMean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return rollouts.map(({ record }) => {
    switch (rewardBaseline) {
      case 'none':
        return 0;
      case 'batchMean':
        return batchMean;
      case 'reference':
        return referenceScores?.get(record.promptId) as number;
    }
  });
}
