/** Length debiasing before training: within each bucket of length difference, the longer answer wins as often as it loses. */
import type { Rng } from '../../random';
import type { PreferencePair } from '../../types';
import { quantileEdges, bucketOf } from '../buckets';
import { lengthOnlyAccuracy, type PairLengths } from './length-only';

export const lengthBalanceMethods = ['none', 'drop', 'resample', 'reweight'] as const;

export interface LengthBalanceOptions {
  readonly method: (typeof lengthBalanceMethods)[number];
  readonly buckets: number;
  /** Length of a response, in tokens. */
  lengthOf(response: string): number;
  readonly rng: Rng;
}

/** Sum of the weights of a bucket's pairs; their number, where no pair has a weight. */
export interface LengthBucketCounts {
  readonly longerChosen: number;
  readonly shorterChosen: number;
}

export interface LengthBucket {
  /** Smallest and largest |Δ| in the bucket, tokens. */
  readonly minDifference: number;
  readonly maxDifference: number;
  readonly before: LengthBucketCounts;
  readonly after: LengthBucketCounts;
}

export interface LengthBalanceAccount {
  readonly method: (typeof lengthBalanceMethods)[number];
  readonly pairs: { readonly before: number; readonly after: number };
  /** Accuracy of the classifier "the longer answer wins". */
  readonly lengthOnlyAccuracy: { readonly before: number; readonly after: number };
  /** Pairs of answers of the same length, which stay as they are. */
  readonly equalLength: number;
  readonly buckets: readonly LengthBucket[];
}

/** A pair with its lengths; `pair.weight` is what balancing may change. */
interface Measured extends PairLengths {
  readonly pair: PreferencePair;
}

/**
 * Balances pairs by length. With Δ = |response tokens of chosen| − |of rejected|, pairs with Δ ≠ 0 are put into buckets
 * by quantiles of |Δ| (equal |Δ| never parted); in each bucket the pairs with Δ > 0 and those with Δ < 0 are made to count
 * the same:
 *
 * - `drop`: random pairs of the majority are left out, until both are as many;
 * - `resample`: pairs of the minority are drawn again, each as often as every other, give or take one;
 * - `reweight`: weights are multiplied by W/(2·W₊) where Δ > 0 and W/(2·W₋) where Δ < 0 (W, W₊, W₋: sums of the bucket's
 *   weights), so that both sums are equal and the bucket's total, hence the mean weight, stays.
 *
 * A bucket in which one side is missing teaches nothing but length; its pairs are left out by every method. `drop` and
 * `resample` count pairs and keep the weights these have; copies come after all originals. `none` only accounts.
 *
 * @see ChatGLM-RLHF (arXiv:2404.00934), which balances the two cases within ranges of the difference; the number of
 * buckets, their edges and the means of balancing are ours.
 */
export function balanceLengths(
  pairs: readonly PreferencePair[],
  { method, buckets: wanted, lengthOf, rng }: LengthBalanceOptions,
): { pairs: PreferencePair[]; account: LengthBalanceAccount } {
  const measured = pairs.map((pair) => measure(pair, lengthOf));
  const edges = quantileEdges(
    measured.map(difference).filter((d) => d > 0),
    wanted,
  );
  const members: Measured[][] = Array.from({ length: edges.length + 1 }, () => []);
  for (const row of measured) {
    if (difference(row) > 0) members[bucketOf(difference(row), edges)]?.push(row);
  }
  const filled = members.filter((bucket) => bucket.length > 0);
  const replaced = new Map<Measured, Measured[]>();
  const balanced = filled.map((bucket, index) => {
    const after = balanceBucket(bucket, method, rng.fork(index));
    for (const row of bucket) replaced.set(row, []);
    for (const { original, row } of after) replaced.get(original)?.push(row);
    return after.map(({ row }) => row);
  });
  const after = measured.map((row) => replaced.get(row) ?? [row]);
  const result = [...after.flatMap((rows) => rows.slice(0, 1)), ...after.flatMap((rows) => rows.slice(1))];
  return {
    pairs: result.map(({ pair }) => pair),
    account: {
      method,
      pairs: { before: pairs.length, after: result.length },
      lengthOnlyAccuracy: { before: lengthOnlyAccuracy(measured), after: lengthOnlyAccuracy(result) },
      equalLength: measured.filter((row) => difference(row) === 0).length,
      buckets: filled.map((bucket, index) => ({
        minDifference: bucket.reduce((least, row) => Math.min(least, difference(row)), Infinity),
        maxDifference: bucket.reduce((most, row) => Math.max(most, difference(row)), 0),
        before: countSides(bucket),
        after: countSides(balanced[index] as Measured[]),
      })),
    },
  };
}

interface Balanced {
  /** The row that stood there before balancing. */
  readonly original: Measured;
  readonly row: Measured;
}

function balanceBucket(
  bucket: readonly Measured[],
  method: LengthBalanceOptions['method'],
  rng: Rng,
): Balanced[] {
  const keep = (row: Measured): Balanced => ({ original: row, row });
  if (method === 'none') return bucket.map(keep);
  const longer = bucket.filter(longerChosen);
  const shorter = bucket.filter((row) => !longerChosen(row));
  const [minority, majority] = longer.length < shorter.length ? [longer, shorter] : [shorter, longer];
  if (minority.length === 0) return [];
  switch (method) {
    case 'drop':
      return [...minority, ...rng.shuffle(majority).slice(0, minority.length)].map(keep);
    case 'resample': {
      const order = rng.shuffle(minority);
      const copies = Array.from(
        { length: majority.length - minority.length },
        (_, i) => order[i % order.length] as Measured,
      );
      return [...bucket, ...copies].map(keep);
    }
    case 'reweight': {
      const total = sumWeights(bucket);
      if (sumWeights(longer) === 0 || sumWeights(shorter) === 0) return [];
      return [longer, shorter].flatMap((side) => {
        const factor = total / (2 * sumWeights(side));
        return side.map((row) => {
          const weight = (row.pair.weight ?? 1) * factor;
          return { original: row, row: { ...row, weight, pair: { ...row.pair, weight } } };
        });
      });
    }
  }
}

function measure(pair: PreferencePair, lengthOf: (response: string) => number): Measured {
  return {
    pair,
    chosenLength: lengthOf(pair.chosen),
    rejectedLength: lengthOf(pair.rejected),
    weight: pair.weight,
  };
}

function difference({ chosenLength, rejectedLength }: Measured): number {
  return Math.abs(chosenLength - rejectedLength);
}

function longerChosen({ chosenLength, rejectedLength }: Measured): boolean {
  return chosenLength > rejectedLength;
}

function sumWeights(rows: readonly Measured[]): number {
  return rows.reduce((sum, row) => sum + (row.weight ?? 1), 0);
}

function countSides(rows: readonly Measured[]): LengthBucketCounts {
  return {
    longerChosen: sumWeights(rows.filter(longerChosen)),
    shorterChosen: sumWeights(rows.filter((row) => !longerChosen(row))),
  };
}
