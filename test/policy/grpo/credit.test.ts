import { describe, expect, it } from 'vitest';
import { credit } from '../../../lib/policy/grpo/credit';
import { grpoConfig, madeIteration, madeRollout } from '../support/tiny-policy';

describe('credit', () => {
  const rollouts = [[0.5], [0, 0], [0, 0, 0], [0]].map((ratios) => madeRollout('p', ratios));
  const config = grpoConfig({ numGenerations: 2, numMiniBatches: 2, scaleRewards: 'none' });

  it('compares scores within the group of a prompt; the divergence plays no part', () => {
    const { rows, metrics } = credit(madeIteration(rollouts, [1, 3, 2, 2]), config);
    expect(rows.map(({ advantage }) => advantage)).toEqual([-1, 1, 0, 0]);
    expect(metrics['frac_reward_zero_std']).toBe(0.5);
    expect(metrics).not.toHaveProperty('kl');
  });

  it('tells every row how many tokens an update has on average', () => {
    const { rows } = credit(madeIteration(rollouts, [1, 3, 2, 2]), config);
    expect(rows.map(({ meanTokens }) => meanTokens)).toEqual([3.5, 3.5, 3.5, 3.5]);
  });
});
