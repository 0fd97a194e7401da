/** Learning rates over the updates of a run. */

export const learningRateSchedules = ['constant', 'linear', 'cosine'] as const;

export interface ScheduleConfig {
  readonly learningRate: number;
  readonly lrSchedulerType: (typeof learningRateSchedules)[number];
  readonly warmupSteps: number;
}

/**
 * Learning rate of an update. Linear warm-up from 0 over `warmupSteps`, then constant, linear decay to 0, or half a
 * cosine to 0; with update k (from 0) and p = (k − warmup)/(total − warmup): linear η(1−p), cosine η(1+cos πp)/2.
 *
 * @param update number of the update, from 0.
 * @param totalUpdates updates of the whole run.
 * @see the schedules of transformers (`get_cosine_schedule_with_warmup`), which this equals.
 */
export function learningRateAt(update: number, totalUpdates: number, config: ScheduleConfig): number {
  const { learningRate, lrSchedulerType, warmupSteps } = config;
  if (update < warmupSteps) return (learningRate * update) / Math.max(1, warmupSteps);
  const progress = Math.min(1, (update - warmupSteps) / Math.max(1, totalUpdates - warmupSteps));
  switch (lrSchedulerType) {
    case 'constant':
      return learningRate;
    case 'linear':
      return learningRate * (1 - progress);
    case 'cosine':
      return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
}

/**
 * The learning-rate factor that keeps PPO's steps near a target: divided by 1.5 when the measured KL divergence is more
 * than twice the target, multiplied by 1.5 when it is less than half; kept within [1/100, 10].
 *
 * @see Schulman et al. 2017, section 4 (arXiv:1707.06347), which adapts the penalty by the same rule.
 */
export function adaptLearningRate(factor: number, approxKl: number, targetKl: number): number {
  const next = approxKl > 2 * targetKl ? factor / 1.5 : approxKl < targetKl / 2 ? factor * 1.5 : factor;
  return Math.min(10, Math.max(0.01, next));
}
