import { describe, expect, it } from 'vitest';
import { groupRewards } from '../../../lib/policy/groups';
import { rlooAdvantages } from '../../../lib/policy/rloo/advantage';

describe('rlooAdvantages', () => {
  it('compare with the mean of the others', () => {
    // 1 − (2 + 6)/2, 2 − (1 + 6)/2, 6 − (1 + 2)/2
    expect(rlooAdvantages(groupRewards([1, 2, 6], 3), false)).toEqual([-3, -1.5, 4.5]);
    // Of two: the difference.
    expect(rlooAdvantages(groupRewards([1, 4, 2, 0], 2), false)).toEqual([-3, 3, 2, -2]);
  });

  it('have mean 0 and variance 1 over all responses when asked', () => {
    const advantages = rlooAdvantages(groupRewards([1, 4, 2, 0], 2), true);
    expect(advantages.reduce((sum, a) => sum + a, 0)).toBeCloseTo(0, 9);
    expect(advantages.reduce((sum, a) => sum + a * a, 0) / 3).toBeCloseTo(1, 3);
  });

  it('are 0 where rewards differ by rounding alone', () => {
    expect(rlooAdvantages(groupRewards([0.3, 0.30001, 1, 2], 2), false)).toEqual([0, 0, -1, 1]);
  });
});
