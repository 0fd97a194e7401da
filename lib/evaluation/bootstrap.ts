/** Intervals for what evaluation reports: the bootstrap over prompts. */
import { quantileSorted } from 'simple-statistics';
import { InputError } from '../errors';
import type { Interval } from '../intervals';
import type { Rng } from '../random';

export interface BootstrapOptions {
  readonly rng: Rng;
  /** How many resamples; 1000 when absent. */
  readonly resamples?: number;
  /** Coverage in (0, 1); 0.95 when absent. */
  readonly level?: number;
}

/**
 * Percentile bootstrap: the quantiles (1 ± level)/2 of a statistic over resamples of units with replacement. The unit is
 * the prompt, since samples of one prompt are not independent. Pairing is kept: whatever belongs to a unit moves with it.
 *
 * @param count number of units.
 * @param statistic of the units with these numbers; one number may stand there several times.
 * @throws {InputError} when there are no units.
 * @see Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
 */
export function bootstrapInterval(
  count: number,
  statistic: (units: Int32Array) => number,
  options: BootstrapOptions,
): Interval {
  const { level = 0.95 } = options;
  const sorted = Array.from(bootstrapDistribution(count, statistic, options));
  return [quantileSorted(sorted, (1 - level) / 2), quantileSorted(sorted, (1 + level) / 2)];
}

/**
 * The statistic over resamples of units with replacement, in ascending order.
 *
 * @param count number of units.
 * @param statistic of the units with these numbers.
 * @throws {InputError} when there are no units.
 */
export function bootstrapDistribution(
  count: number,
  statistic: (units: Int32Array) => number,
  { rng, resamples = 1000 }: BootstrapOptions,
): Float64Array {
  if (count === 0) throw new InputError('bootstrap: there is nothing to resample, got 0 prompts');
  const units = new Int32Array(count);
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < count; i++) units[i] = rng.integer(count);
    values[r] = statistic(units);
  }
  return values.sort();
}

/** {@link bootstrapInterval} of the mean of one number a prompt. */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Interval {
  const statistic = (units: Int32Array): number =>
    units.reduce((sum, unit) => sum + (values[unit] as number), 0) / units.length;
  return bootstrapInterval(values.length, statistic, options);
}
