/** Statistics of result rows: means over seeds, paired differences between conditions, and the adjustment for many claims. */
import { mean, sampleStandardDeviation, sampleVariance, sum } from 'simple-statistics';
import { InputError } from '../../errors';
import { groupBy } from '../../group-by';
import type { Interval } from '../../intervals';
import type { Rng } from '../../random';
import { both, hierarchicalBootstrap, isConstant, pairedT, type Inference } from './paired-difference';
import type { ResultRow } from '../results';

/** A mean over seeds. */
export interface Estimate {
  readonly mean: number;
  /** 95% t interval; null for one seed. */
  readonly ci: Interval | null;
  /** How many seeds. */
  readonly n: number;
}

/** Mean ± t·sd/√n over seeds; undefined where there is none. */
export function estimateMean(values: readonly number[]): Estimate | undefined {
  if (values.length === 0) return undefined;
  return {
    mean: mean(values),
    ci: values.length < 2 ? null : pairedT(values).ci,
    n: values.length,
  };
}

/** The rows' values of a metric, where they have it; one a seed. */
export function metricValues(rows: readonly ResultRow[], metric: string): number[] {
  return rows.map(({ metrics }) => metrics[metric]).filter(isNumber);
}

/**
 * How far apart the seeds of one condition lie, √(Σ d² / Σ (n − 1)), d being the distance of a value from the mean of its condition: the standard
 * deviation within a condition, over all conditions. 0 where no condition has two seeds.
 */
export function spreadWithinConditions(rows: readonly ResultRow[], metric: string): number {
  const groups = [...groupBy(rows, ({ condition }) => condition).values()]
    .map((group) => metricValues(group, metric))
    .filter(({ length }) => length > 1);
  const squares = groups.map((values) => sampleVariance(values) * (values.length - 1));
  const degrees = groups.map(({ length }) => length - 1);
  return groups.length === 0 ? 0 : Math.sqrt(sum(squares) / sum(degrees));
}

/** How a difference between two conditions was judged. */
export type Method =
  /** Hierarchical bootstrap over seeds and prompts, and paired t over seeds: the interval covers both. */
  | 'seeds and prompts'
  /** Paired t over seeds. */
  | 'seeds'
  /** Bootstrap over the prompts of the only seed: it says nothing of other seeds. */
  | 'prompts of one seed'
  /** One seed and no prompts: no interval. */
  | 'one seed';

/** A paired difference of two conditions, a − b. */
export interface Comparison {
  /** Mean over the shared seeds of a's metric, and of b's. */
  readonly means: readonly [number, number];
  readonly difference: number;
  /** 95%; null where one seed without prompts is all there is. */
  readonly ci: Interval | null;
  readonly method: Method;
  /** Seeds that both conditions have, in ascending order. */
  readonly seeds: readonly number[];
  /** How many seeds only one of them has. */
  readonly unpaired: number;
  /** Prompts compared, over all seeds; 0 where the metric is not measured prompt by prompt. */
  readonly prompts: number;
  /** Paired Cohen's d over seeds: mean / sd of the differences; null where sd is 0 or there is one seed. */
  readonly effect: number | null;
  /** Difference in standard deviations of a prompt's value, √((s²_a + s²_b)/2); null without prompts or spread. */
  readonly promptEffect: number | null;
  /** Two-sided p of the true difference being `value` (0 when absent), by the method of the interval; 1 where there is none. */
  readonly pValue: (value?: number) => number;
}

export interface CompareOptions {
  readonly metric: string;
  /** Another metric on b's side; `metric` when absent. */
  readonly againstMetric?: string;
  readonly rng: Rng;
}

/**
 * Compares two conditions seed by seed, and prompt by prompt where both have the metric's value for each prompt.
 *
 * A bootstrap of few seeds is too narrow where seeds differ more than their prompts explain; a t interval of few seeds is too narrow
 * where they agree by chance. With prompts the interval covers both.
 *
 * @returns undefined where no seed has the metric on both sides.
 * @throws {InputError} when the prompts of a seed are not the same in number.
 * @see Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, chapter 2 (d, and d_z for paired differences).
 *
 * @example
 * ```ts
 * import { compareConditions, createRng, readResults } from 'rlhf-kit';
 *
 * const rows = (await readResults('experiments/02-length-debiasing')).filter((row) => 'metrics' in row);
 * const withMethod = (method: string) =>
 *   rows.filter((row) => row.condition === `bias=longer method=${method}`);
 * const options = { metric: 'reward.goldAccuracy', rng: createRng(1) };
 * const comparison = compareConditions(withMethod('reweight'), withMethod('none'), options);
 * console.log(comparison?.difference, comparison?.ci);
 * ```
 */
export function compareConditions(
  a: readonly ResultRow[],
  b: readonly ResultRow[],
  { metric, againstMetric = metric, rng }: CompareOptions,
): Comparison | undefined {
  const withA = bySeed(a, metric);
  const withB = bySeed(b, againstMetric);
  const seeds = [...withA.keys()].filter((seed) => withB.has(seed)).sort((one, other) => one - other);
  if (seeds.length === 0) return undefined;
  const pairs = seeds.map((seed) => ({
    a: valuesOf(withA.get(seed) as ResultRow, metric),
    b: valuesOf(withB.get(seed) as ResultRow, againstMetric),
    seed,
  }));
  const differences = pairs.map((pair) => pair.a.mean - pair.b.mean);
  const byPrompt = promptDifferences(pairs, metric, againstMetric);
  const inference = infer(differences, byPrompt, rng);
  const spread = differences.length < 2 || isConstant(differences) ? 0 : sampleStandardDeviation(differences);
  return {
    means: [mean(pairs.map((pair) => pair.a.mean)), mean(pairs.map((pair) => pair.b.mean))],
    difference: mean(differences),
    ci: inference?.ci ?? null,
    method: methodOf(seeds.length, byPrompt !== undefined),
    seeds,
    unpaired: withA.size + withB.size - 2 * seeds.length,
    prompts: byPrompt?.flat().length ?? 0,
    effect: spread === 0 ? null : mean(differences) / spread,
    promptEffect: byPrompt === undefined ? null : standardized(pairs),
    pValue: (value = 0) => inference?.pValue(value) ?? 1,
  };
}

function methodOf(seeds: number, byPrompt: boolean): Method {
  if (seeds === 1) return byPrompt ? 'prompts of one seed' : 'one seed';
  return byPrompt ? 'seeds and prompts' : 'seeds';
}

function infer(
  differences: readonly number[],
  byPrompt: readonly (readonly number[])[] | undefined,
  rng: Rng,
): Inference | undefined {
  const seeds = differences.length > 1 ? pairedT(differences) : undefined;
  const prompts = byPrompt === undefined ? undefined : hierarchicalBootstrap(byPrompt, rng);
  return seeds && prompts ? both(seeds, prompts) : (seeds ?? prompts);
}

/** A metric of a row: its value, and what it is the mean of. */
interface Values {
  readonly mean: number;
  readonly prompts: readonly number[] | undefined;
}

interface SeedPair {
  readonly seed: number;
  readonly a: Values;
  readonly b: Values;
}

function bySeed(rows: readonly ResultRow[], metric: string): ReadonlyMap<number, ResultRow> {
  return new Map(rows.filter(({ metrics }) => isNumber(metrics[metric])).map((row) => [row.seed, row]));
}

function valuesOf({ metrics, prompts }: ResultRow, metric: string): Values {
  return { mean: metrics[metric] as number, prompts: prompts[metric] };
}

/**
 * By seed, one difference a prompt; undefined where a side has none. Two metrics may be measured on different prompts: where these are
 * not the same in number there is nothing to pair.
 *
 * @throws {InputError} when one metric has not as many prompts on both sides.
 */
function promptDifferences(
  pairs: readonly SeedPair[],
  metric: string,
  againstMetric: string,
): number[][] | undefined {
  const differences: number[][] = [];
  for (const { seed, a, b } of pairs) {
    if (a.prompts === undefined || b.prompts === undefined) return undefined;
    const [left, right] = [a.prompts, b.prompts];
    if (left.length !== right.length || left.length === 0) {
      if (metric !== againstMetric) return undefined;
      throw new InputError(
        `compareConditions: ${metric} of seed ${seed} must have as many prompts in both conditions, got ${left.length} and ${right.length}`,
      );
    }
    differences.push(left.map((value, i) => value - (right[i] as number)));
  }
  return differences;
}

/** Cohen's d of prompts' values: difference of the means over seeds / √((s²_a + s²_b)/2), variances within seeds. */
function standardized(pairs: readonly SeedPair[]): number | null {
  const variance = (side: 'a' | 'b'): number =>
    mean(pairs.map((pair) => variancesOf(pair[side].prompts as readonly number[])));
  const spread = Math.sqrt((variance('a') + variance('b')) / 2);
  if (spread === 0) return null;
  return mean(pairs.map(({ a, b }) => a.mean - b.mean)) / spread;
}

function variancesOf(values: readonly number[]): number {
  return values.length < 2 || isConstant(values) ? 0 : sampleVariance(values);
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * Holm's step-down adjustment: in ascending order p₍ᵢ₎ → maxⱼ≤ᵢ min(1, (m − j + 1)·p₍ⱼ₎). Rejecting where the adjusted p is ≤ α
 * keeps the chance of any false rejection among the m below α, whatever their dependence.
 *
 * @returns adjusted p in the order given.
 * @see Holm 1979, A simple sequentially rejective multiple test procedure.
 */
export function holm(p: readonly number[]): number[] {
  const adjusted = new Array<number>(p.length);
  const ascending = p.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  let largest = 0;
  ascending.forEach(({ value, i }, rank) => {
    largest = Math.max(largest, Math.min(1, (p.length - rank) * value));
    adjusted[i] = largest;
  });
  return adjusted;
}
