import { describe, expect, it } from 'vitest';
import { createRng } from '../../../lib/random';
import { bestOfN } from '../../../lib/reward/scorecard/best-of-n';

/** Every subset of size n, by its indices. */
function subsets(K: number, n: number, from = 0): number[][] {
  if (n === 0) return [[]];
  const all: number[][] = [];
  for (let i = from; i < K; i++) all.push(...subsets(K, n - 1, i + 1).map((rest) => [i, ...rest]));
  return all;
}

describe('bestOfN', () => {
  it('equals the mean over all subsets, ties being picked at random', () => {
    const rng = createRng(8);
    const prompts = Array.from({ length: 3 }, () => ({
      proxy: Array.from({ length: 7 }, () => rng.integer(5)),
      gold: Array.from({ length: 7 }, () => rng.normal()),
    }));
    for (const point of bestOfN(prompts, [1, 2, 3, 5, 7])) {
      let proxy = 0;
      let gold = 0;
      let count = 0;
      for (const prompt of prompts) {
        for (const subset of subsets(7, point.n)) {
          const best = Math.max(...subset.map((i) => prompt.proxy[i] as number));
          const tied = subset.filter((i) => prompt.proxy[i] === best);
          proxy += best;
          gold += tied.reduce((sum, i) => sum + (prompt.gold[i] as number), 0) / tied.length;
          count++;
        }
      }
      expect(point.proxy).toBeCloseTo(proxy / count, 10);
      expect(point.gold).toBeCloseTo(gold / count, 10);
    }
  });

  it('starts at the mean with no divergence and ends at the maximum', () => {
    const [one, all] = bestOfN([{ proxy: [1, 2, 6], gold: [0, 1, -1] }], [1, 3]);
    expect(one).toEqual({ n: 1, kl: 0, proxy: 3, gold: 0 });
    expect(all?.proxy).toBe(6);
    expect(all?.gold).toBe(-1);
    expect(all?.kl).toBeCloseTo(Math.log(3) - 2 / 3, 12);
  });

  it('gives no gold where it is not known', () => {
    expect(bestOfN([{ proxy: [1, 2] }], [2])[0]).not.toHaveProperty('gold');
  });

  it('refuses too few answers, halves of gold and no prompts', () => {
    expect(() => bestOfN([{ proxy: [1] }], [2])).toThrow(/prompt 0 has 1 answers, needs 2/);
    expect(() => bestOfN([{ proxy: [1, 2], gold: [1] }], [1])).toThrow(/2 proxy scores, 1 gold/);
    expect(() => bestOfN([], [1])).toThrow(/no prompts/);
  });
});
