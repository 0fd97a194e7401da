/** What paired differences say of their mean: Student's t over seeds, and the bootstrap over seeds and prompts. */
import { stdtr, stdtri } from 'cephes';
import { extent, mean, sampleStandardDeviation } from 'simple-statistics';
import { bootstrapDistribution } from '../../evaluation/bootstrap';
import type { Interval } from '../../intervals';
import type { Rng } from '../../random';

/** Coverage of every interval of an experiment. */
export const level = 0.95;

/** An interval of a mean difference with the test that it inverts. */
export interface Inference {
  readonly ci: Interval;
  /** Two-sided p of the mean difference being `value`: ≤ 0.05 exactly where the interval leaves `value` out. */
  readonly pValue: (value: number) => number;
}

/**
 * Paired t: mean ± t·sd/√n with n − 1 degrees of freedom; p = P(|T| ≥ |mean − value|·√n/sd).
 *
 * Where all differences are the same there is no spread to go by: the interval is the difference itself, and p is 2^(1−n), the
 * least that n signs can give.
 *
 * @param differences one a seed, at least two.
 * @see Student 1908, The probable error of a mean.
 */
export function pairedT(differences: readonly number[]): Inference {
  const n = differences.length;
  const center = mean(differences);
  const error = isConstant(differences) ? 0 : sampleStandardDeviation(differences) / Math.sqrt(n);
  const half = error === 0 ? 0 : stdtri(n - 1, (1 + level) / 2) * error;
  return {
    ci: [center - half, center + half],
    pValue: (value) => {
      if (error === 0) return isConstant([value, center]) ? 1 : 2 ** (1 - n);
      return 2 * stdtr(n - 1, -Math.abs(center - value) / error);
    },
  };
}

/** Whether all are the same but for rounding. */
export function isConstant(values: readonly number[]): boolean {
  const [least, largest] = extent(values);
  return largest - least <= 1e-12 * Math.max(Math.abs(largest), Math.abs(least));
}

/** So that the bounds of a 95% interval are resamples: the 50th and the 1,950th. */
const resamples = 1999;

/**
 * Hierarchical percentile bootstrap of the mean over seeds of the mean over prompts: seeds are drawn with replacement, then within
 * each drawn seed its prompts; p = 2·min(#{≤ value} + 1, #{≥ value} + 1) / (resamples + 1).
 *
 * @param differences by seed, one a prompt; each seed has at least one.
 * @see Davison & Hinkley 1997, Bootstrap Methods and their Application, 3.8 and 4.4.
 */
export function hierarchicalBootstrap(differences: readonly (readonly number[])[], rng: Rng): Inference {
  const bySeed = differences.map((values) => Float64Array.from(values));
  const resampledMean = (values: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[rng.integer(values.length)] as number;
    return sum / values.length;
  };
  const statistic = (seeds: Int32Array): number =>
    seeds.reduce((sum, seed) => sum + resampledMean(bySeed[seed] as Float64Array), 0) / seeds.length;
  const sorted = bootstrapDistribution(bySeed.length, statistic, { rng, resamples });
  const outside = Math.round(((1 - level) / 2) * (resamples + 1));
  return {
    ci: [sorted[outside - 1] as number, sorted[resamples - outside] as number],
    pValue: (value) => {
      const count = (fits: (mean: number) => boolean): number => sorted.filter(fits).length;
      const tail = Math.min(
        count((mean) => mean <= value),
        count((mean) => mean >= value),
      );
      return Math.min(1, (2 * (tail + 1)) / (resamples + 1));
    },
  };
}

/** What two ways to look at the same differences both bear out: the interval that covers both, the larger p. */
export function both(a: Inference, b: Inference): Inference {
  return {
    ci: [Math.min(a.ci[0], b.ci[0]), Math.max(a.ci[1], b.ci[1])],
    pValue: (value) => Math.max(a.pValue(value), b.pValue(value)),
  };
}
