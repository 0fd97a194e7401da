/** What the responses of an iteration earned: advantages within the group of their prompt, plain numbers. */
import type { Metrics } from '../../train/metrics';
import { groupMetrics, groupRewards } from '../groups';
import { countTokens } from '../rollout-batch';
import type { Iteration } from '../sampled';
import { grpoAdvantages } from './advantage';
import type { Row } from './batch';
import type { GrpoConfig } from './config';

/** Every response of an iteration with its advantage. */
export function credit(
  iteration: Iteration,
  config: GrpoConfig,
): { readonly rows: readonly Row[]; readonly metrics: Metrics } {
  const { rollouts, scores } = iteration;
  const groups = groupRewards(scores, config.numGenerations);
  const advantages = grpoAdvantages(groups, config.scaleRewards);
  const meanTokens = countTokens(rollouts) / config.numMiniBatches;
  return {
    rows: rollouts.map((rollout, i) => ({ ...rollout, advantage: advantages[i] as number, meanTokens })),
    metrics: groupMetrics(iteration, groups),
  };
}
