/** How the rollouts of one iteration become updates: passes, minibatches, microbatches. */
import { InputError } from '../errors';
import type { Rng } from '../random';
import { chunk } from '../train/sampler';
import type { SftTermBatch } from './demonstrations';
import type { Metrics } from '../train/metrics';
import { roundingTolerance } from '../train/precision';
import type { DrawDemonstrations } from './demonstrations';
import type { RolloutConfig } from './rollout-config';

/** Spread of the ratios that rounding explains: the same tokens, read in batches of other shapes. */
const largestRatioSpread = 1e-3;

/**
 * Cuts the rows of iteration `step` into updates: every pass sees all rows in a new order, cut into minibatches of equal size,
 * one an update, and these into microbatches.
 *
 * @param layOut makes the batch of a part; `whole` are all rows of its update.
 * @returns a list of microbatches an update.
 */
export function cutUpdates<R, B>(
  step: number,
  rows: readonly R[],
  passes: number,
  { numMiniBatches, gradientAccumulationSteps }: RolloutConfig,
  rng: Rng,
  drawDemonstrations: DrawDemonstrations,
  layOut: (part: readonly R[], whole: readonly R[], demonstrations?: SftTermBatch) => B,
): B[][] {
  const updates: B[][] = [];
  for (let pass = 0; pass < passes; pass++) {
    const order = rng.fork('minibatches').fork(step).fork(pass).shuffle(rows);
    for (const whole of chunk(order, order.length / numMiniBatches)) {
      const parts = chunk(whole, Math.ceil(whole.length / gradientAccumulationSteps));
      const update = (step - 1) * passes * numMiniBatches + updates.length + 1;
      const own = drawDemonstrations(update, parts.length);
      updates.push(parts.map((part, i) => layOut(part, whole, own[i])));
    }
  }
  return updates;
}

/**
 * Before the first update of an iteration the policy is the one that sampled, and every ratio is 1. Their mean alone would not
 * show it: samples of an older policy have a mean ratio near 1 as well, only the single ratios differ.
 *
 * @param stage the name in error messages, e.g. `ppo`.
 * @throws {InputError} when the mean is not 1 or the ratios spread around it.
 */
export function refuseStaleRatio(
  stage: string,
  { 'val/ratio': ratio, 'val/ratio_var': variance }: Metrics,
  precision: Pick<RolloutConfig, 'bf16'>,
): void {
  const spread = Math.sqrt(variance as number);
  const far = Math.abs((ratio as number) - 1) > roundingTolerance(1e-4, precision);
  if (far || spread > roundingTolerance(largestRatioSpread, precision)) {
    throw new InputError(
      `${stage}: the ratio on the first minibatch must be 1, got ${ratio} ± ${spread}: the log-probabilities of the rollout are not those of the policy`,
    );
  }
}
