import { describe, expect, it } from 'vitest';
import { groupBy, mean, pearson } from '../../lib/reward/moments';

describe('moments', () => {
  it('averages, and gives NaN for nothing', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(mean([])).toBeNaN();
  });

  it('groups in order of first appearance', () => {
    expect([...groupBy([3, 1, 4, 1, 5], (x) => x % 2)]).toEqual([
      [1, [3, 1, 1, 5]],
      [0, [4]],
    ]);
  });

  it('correlates by hand numbers and knows when nothing varies', () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
    expect(pearson([1, 1], [1, 2])).toBeNaN();
  });
});
