/** Intervals for what evaluation reports: the bootstrap over prompts, and Wilson's interval for rates near 0 or 1. */
import { quantileSorted } from 'simple-statistics';
import { InputError } from '../errors';
import type { Rng } from '../random';

/** Lower and upper bound. */
export type Interval = readonly [number, number];

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
  { rng, resamples = 1000, level = 0.95 }: BootstrapOptions,
): Interval {
  if (count === 0) throw new InputError('bootstrapInterval: there is nothing to resample, got 0 prompts');
  const units = new Int32Array(count);
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < count; i++) units[i] = rng.integer(count);
    values[r] = statistic(units);
  }
  const sorted = Array.from(values.sort());
  return [quantileSorted(sorted, (1 - level) / 2), quantileSorted(sorted, (1 + level) / 2)];
}

/** {@link bootstrapInterval} of the mean of one number a prompt. */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Interval {
  const statistic = (units: Int32Array): number =>
    units.reduce((sum, unit) => sum + (values[unit] as number), 0) / units.length;
  return bootstrapInterval(values.length, statistic, options);
}

/**
 * 95% interval of a share p among n: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.96. Unlike the bootstrap it
 * has a width where the share is 0 or 1.
 *
 * @throws {InputError} when n is not positive.
 * @see Wilson 1927, Probable inference, the law of succession, and statistical inference.
 */
export function wilsonInterval(share: number, n: number): Interval {
  if (!(n > 0)) throw new InputError(`wilsonInterval: n must be > 0, got ${n}`);
  const z = 1.959964;
  const center = share + z ** 2 / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  const scale = 1 + z ** 2 / n;
  return [Math.max(0, (center - half) / scale), Math.min(1, (center + half) / scale)];
}
