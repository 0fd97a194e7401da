import { describe, expect, it } from 'vitest';
import { createRng } from '../../../lib/random';
import { balanceLengths, type lengthBalanceMethods } from '../../../lib/reward/debias/bucket-balance';
import { lengthOnlyAccuracy } from '../../../lib/reward/debias/length-only';
import type { PreferencePair } from '../../../lib/types';

/** A pair whose answers have the given numbers of letters, which serve as tokens. */
function pair(chosen: number, rejected: number, id = 0, weight?: number): PreferencePair {
  return {
    promptId: `p${id}`,
    prompt: 'q',
    chosen: 'c'.repeat(chosen),
    rejected: 'r'.repeat(rejected),
    ...(weight !== undefined && { weight }),
  };
}

const lengthOf = (response: string): number => response.length;

function balance(
  pairs: PreferencePair[],
  method: (typeof lengthBalanceMethods)[number],
  buckets = 2,
  seed = 1,
): ReturnType<typeof balanceLengths> {
  return balanceLengths(pairs, { method, buckets, lengthOf, rng: createRng(seed) });
}

function accuracyOf(pairs: PreferencePair[]): number {
  return lengthOnlyAccuracy(
    pairs.map(({ chosen, rejected, weight }) => ({
      chosenLength: chosen.length,
      rejectedLength: rejected.length,
      weight,
    })),
  );
}

/** |Δ| = 1: 3 longer wins, 1 shorter; |Δ| = 10: 1 longer, 3 shorter; and one tie. */
const example = [
  pair(2, 1, 1),
  pair(3, 2, 2),
  pair(4, 3, 3),
  pair(1, 2, 4),
  pair(12, 2, 5),
  pair(2, 12, 6),
  pair(3, 13, 7),
  pair(4, 14, 8),
  pair(5, 5, 9),
];

describe('balanceLengths', () => {
  it('only accounts when the method is none', () => {
    const { pairs, account } = balance(example, 'none');
    expect(pairs).toEqual(example);
    expect(account.equalLength).toBe(1);
    expect(account.buckets).toEqual([
      {
        minDifference: 1,
        maxDifference: 1,
        before: { longerChosen: 3, shorterChosen: 1 },
        after: { longerChosen: 3, shorterChosen: 1 },
      },
      {
        minDifference: 10,
        maxDifference: 10,
        before: { longerChosen: 1, shorterChosen: 3 },
        after: { longerChosen: 1, shorterChosen: 3 },
      },
    ]);
  });

  it('drops random pairs of the majority, in the order of the rest', () => {
    const { pairs, account } = balance(example, 'drop');
    expect(account.buckets.map((bucket) => bucket.after)).toEqual([
      { longerChosen: 1, shorterChosen: 1 },
      { longerChosen: 1, shorterChosen: 1 },
    ]);
    expect(account.pairs).toEqual({ before: 9, after: 5 });
    expect(pairs).toEqual(example.filter((row) => pairs.includes(row)));
    const dropped = new Set(
      Array.from({ length: 40 }, (_, seed) => balance(example, 'drop', 2, seed).pairs)
        .flatMap((kept) => example.filter((row) => !kept.includes(row)))
        .map((row) => row.promptId),
    );
    expect([...dropped].sort()).toEqual(['p1', 'p2', 'p3', 'p6', 'p7', 'p8']);
  });

  it('draws pairs of the minority again, each as often as the others give or take one', () => {
    const { pairs, account } = balance(example, 'resample');
    expect(account.buckets.map((bucket) => bucket.after)).toEqual([
      { longerChosen: 3, shorterChosen: 3 },
      { longerChosen: 3, shorterChosen: 3 },
    ]);
    expect(pairs.slice(0, 9)).toEqual(example);
    expect(pairs.slice(9).map((row) => row.promptId)).toEqual(['p4', 'p4', 'p5', 'p5']);
    const uneven = [...Array.from({ length: 7 }, (_, i) => pair(2, 1, i)), pair(1, 2, 8), pair(3, 4, 9)];
    const copies = balance(uneven, 'resample', 1).pairs.map((row) => row.promptId);
    const times = [8, 9].map((id) => copies.filter((name) => name === `p${id}`).length);
    expect(times.sort()).toEqual([3, 4]);
  });

  it('reweights so that both sides weigh the same and the mean weight is 1', () => {
    const { pairs } = balance(example, 'reweight');
    expect(pairs.map((row) => row.weight ?? 1)).toEqual([2 / 3, 2 / 3, 2 / 3, 2, 2, 2 / 3, 2 / 3, 2 / 3, 1]);
    expect(pairs.reduce((sum, row) => sum + (row.weight ?? 1), 0) / pairs.length).toBeCloseTo(1, 12);
  });

  it('reweights on top of weights that pairs have already', () => {
    const { pairs, account } = balance([pair(2, 1, 1, 3), pair(1, 2, 2, 1)], 'reweight', 1);
    expect(pairs.map((row) => row.weight)).toEqual([2, 2]);
    expect(account.lengthOnlyAccuracy).toEqual({ before: 0.75, after: 0.5 });
  });

  it.each(['drop', 'resample', 'reweight'] as const)(
    'leaves a bucket out whose longer answer always wins (%s)',
    (method) => {
      const { pairs, account } = balance([pair(2, 1, 1), pair(30, 1, 2), pair(1, 2, 3)], method);
      expect(pairs.map((row) => row.promptId)).toEqual(['p1', 'p3']);
      expect(account.buckets[1]?.after).toEqual({ longerChosen: 0, shorterChosen: 0 });
    },
  );

  it.each(['drop', 'resample', 'reweight'] as const)(
    'leaves length no information in any bucket of biased random pairs (%s)',
    (method) => {
      for (let seed = 0; seed < 20; seed++) {
        const rng = createRng(seed);
        const pairs = Array.from({ length: 200 }, (_, id) => {
          const [a, b] = [1 + rng.integer(60), 1 + rng.integer(60)];
          const longerWins = rng.chance(0.5 + 0.4 * Math.min(1, Math.abs(a - b) / 40));
          const [long, short] = [Math.max(a, b), Math.min(a, b)];
          return longerWins ? pair(long, short, id) : pair(short, long, id);
        });
        const { pairs: balanced, account } = balance(pairs, method, 8, seed);
        expect(account.lengthOnlyAccuracy.before).toBeGreaterThan(0.55);
        expect(account.lengthOnlyAccuracy.after).toBeCloseTo(0.5, 10);
        expect(accuracyOf(balanced)).toBeCloseTo(0.5, 10);
        for (const { minDifference, maxDifference, after } of account.buckets) {
          expect(after.longerChosen).toBeCloseTo(after.shorterChosen, 10);
          const inside = balanced.filter(({ chosen, rejected }) => {
            const difference = Math.abs(chosen.length - rejected.length);
            return difference >= minDifference && difference <= maxDifference;
          });
          if (inside.length > 0) expect(accuracyOf(inside)).toBeCloseTo(0.5, 10);
        }
        expect(balanced.filter((row) => row.chosen.length === row.rejected.length)).toHaveLength(
          account.equalLength,
        );
      }
    },
  );

  it('gives the same pairs for the same seed', () => {
    expect(balance(example, 'drop', 2, 5).pairs).toEqual(balance(example, 'drop', 2, 5).pairs);
  });
});
