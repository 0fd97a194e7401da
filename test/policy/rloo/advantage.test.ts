import { describe, expect, it } from 'vitest';
import { groupRewards } from '../../../lib/policy/groups';
import { responseReward, rlooAdvantages } from '../../../lib/policy/rloo/advantage';

describe('responseReward', () => {
  const ratios = Float32Array.of(0.5, -0.25, 1);
  it('takes β times the summed divergence off the score', () => {
    expect(responseReward(ratios, 3, { beta: 0.2, klEstimator: 'k1' })).toBeCloseTo(3 - 0.2 * 1.25, 6);
    const k3 = [0.5, -0.25, 1].reduce((sum, x) => sum + Math.exp(-x) - 1 + x, 0);
    expect(responseReward(ratios, 3, { beta: 0.2, klEstimator: 'k3' })).toBeCloseTo(3 - 0.2 * k3, 6);
  });

  it('cuts the score, not the divergence', () => {
    const options = { beta: 0.2, klEstimator: 'k1', rewardClipRange: 2 } as const;
    expect(responseReward(ratios, 30, options)).toBeCloseTo(2 - 0.25, 6);
    expect(responseReward(ratios, -30, options)).toBeCloseTo(-2 - 0.25, 6);
  });
});

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
