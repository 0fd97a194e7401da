import { describe, expect, it } from 'vitest';
import { checkGroups, drawGroups, groupMetrics, groupRewards } from '../../lib/policy/groups';
import { createRng } from '../../lib/random';
import { grpoConfig, madeRollout, prompts } from './support/tiny-policy';

describe('drawGroups', () => {
  it('takes each prompt of an iteration as often in a row as it has responses, all prompts in an epoch', () => {
    const config = grpoConfig({ generationBatchSize: 24, numGenerations: 3 });
    const seen: string[] = [];
    for (let step = 1; step <= 3; step++) {
      const drawn = drawGroups(step, prompts, config, createRng(1)).map(({ promptId }) => promptId);
      expect(drawn).toHaveLength(24);
      for (let i = 0; i < 24; i += 3) expect(new Set(drawn.slice(i, i + 3)).size).toBe(1);
      seen.push(...drawn);
    }
    expect(new Set(seen).size).toBe(24);
  });
});

describe('checkGroups', () => {
  it.each([
    ['grpo: there are no prompts', [], {}],
    ['generationBatchSize must be a multiple of numGenerations (3), got 8', prompts, { numGenerations: 3 }],
    [
      'rloo: generationBatchSize must be a multiple of numMiniBatches (3), got 8',
      prompts,
      { numMiniBatches: 3 },
    ],
  ] as const)('refuses: %s', (message, given, options) => {
    const stage = message.startsWith('grpo') ? 'grpo' : 'rloo';
    expect(() => checkGroups(stage, given, grpoConfig(options))).toThrow(message);
  });
});

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
    const metrics = groupMetrics(rollouts, rewards, groupRewards(rewards, 2));
    expect(Object.keys(metrics).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) expect(metrics[key], key).toBeCloseTo(value, 6);
    const still = groupMetrics(rollouts, rewards, groupRewards([1, 1, 0, 5], 2));
    expect(still['frac_reward_zero_std']).toBe(0.5);
  });
});
