import { describe, expect, it } from 'vitest';
import { groupMetrics, groupRewards } from '../../lib/policy/groups';
import { madeIteration, madeRollout } from './support/tiny-policy';

describe('groupRewards', () => {
  it('gives means and unbiased deviations, and knows groups that differ by rounding alone', () => {
    const [first, second] = groupRewards([1, 2, 3, 0.5, 0.50001, 0.5], 3);
    expect(first).toMatchObject({ rewards: [1, 2, 3], mean: 2, std: 1, varies: true });
    expect(second).toMatchObject({ varies: false });
    expect(groupRewards([NaN, 1], 2)[0]?.varies).toBe(true);
    expect(() => groupRewards([1, 2, 3], 2)).toThrow('there must be whole groups of 2 rewards, got 3');
  });
});

describe('groupMetrics', () => {
  it('are TRL’s, over all responses', () => {
    const rollouts = [madeRollout('p', [0.2, 0.4]), madeRollout('p', [-0.2, 0, 0.6], false)];
    const rewards = [1, 3];
    const expected = {
      reward: 2,
      reward_std: Math.SQRT2,
      frac_reward_zero_std: 0,
      'objective/kl': 0.5,
      'sampling/sampling_logp_difference/max': 3e-6,
      'completions/mean_length': 2.5,
      'completions/min_length': 2,
      'completions/max_length': 3,
      'completions/clipped_ratio': 0.5,
    };
    const metrics = groupMetrics(madeIteration(rollouts, rewards), groupRewards(rewards, 2));
    expect(Object.keys(metrics).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) expect(metrics[key], key).toBeCloseTo(value, 6);
    const still = groupMetrics(madeIteration(rollouts, rewards), groupRewards([1, 1, 0, 5], 2));
    expect(still['frac_reward_zero_std']).toBe(0.5);
  });
});
