import { describe, expect, it } from 'vitest';
import { distribution, distributionByTask } from '../../../lib/reward/scorecard/distribution';

describe('distribution', () => {
  it('equals numbers worked by hand', () => {
    // Deviations −1, −1, 2: variance 2, third moment (−1 − 1 + 8)/3 = 2.
    const { n, mean, std, skew } = distribution([1, 1, 4]);
    expect([n, mean]).toEqual([3, 2]);
    expect(std).toBeCloseTo(Math.SQRT2, 12);
    expect(skew).toBeCloseTo(2 / Math.SQRT2 ** 3, 12);
  });

  it('has no skew when symmetric or constant', () => {
    expect(distribution([-1, 0, 1]).skew).toBeCloseTo(0, 12);
    expect(distribution([5, 5]).skew).toBe(0);
  });

  it('is told by task', () => {
    const rows = [
      { task: 'a', score: 1 },
      { task: 'b', score: 7 },
      { task: 'a', score: 3 },
    ];
    expect(distributionByTask(rows)).toEqual({
      a: { n: 2, mean: 2, std: 1, skew: 0 },
      b: { n: 1, mean: 7, std: 0, skew: 0 },
    });
  });
});
