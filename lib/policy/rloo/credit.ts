/** What the responses of an iteration earned: advantages within the group of their prompt, plain numbers. */
import type { Metrics } from '../../train/metrics';
import { groupMetrics, groupRewards } from '../groups';
import type { Iteration } from '../sampled';
import { moments } from '../scores';
import { rlooAdvantages } from './advantage';
import type { Row } from './batch';
import type { RlooConfig } from './config';
import { responseReward } from './reward';

/** Every response of an iteration with its advantage. */
export function credit(
  iteration: Iteration,
  config: RlooConfig,
): { readonly rows: readonly Row[]; readonly metrics: Metrics } {
  const { rollouts, scores, logRatios } = iteration;
  const rewards = logRatios.map((ratios, i) => responseReward(ratios, scores[i] as number, config));
  const groups = groupRewards(rewards, config.numGenerations);
  const advantages = rlooAdvantages(groups, config.normalizeAdvantages);
  const kl = config.beta > 0 && { kl: moments(logRatios.flatMap((ratios) => [...ratios])).mean };
  return {
    rows: rollouts.map((rollout, i) => ({ ...rollout, advantage: advantages[i] as number })),
    metrics: { ...groupMetrics(iteration, groups), ...kl },
  };
}
