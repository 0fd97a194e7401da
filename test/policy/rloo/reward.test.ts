import { describe, expect, it } from 'vitest';
import { responseReward } from '../../../lib/policy/rloo/reward';

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
