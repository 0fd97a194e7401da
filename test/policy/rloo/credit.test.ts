import { describe, expect, it } from 'vitest';
import { credit } from '../../../lib/policy/rloo/credit';
import { madeIteration, madeRollout, rlooConfig } from '../support/tiny-policy';

describe('credit', () => {
  const rollouts = [[0.5], [0, 0], [0.25, 0.25, 0], [0]].map((ratios) => madeRollout('p', ratios));

  it('takes the divergence off the scores, then compares them with the others of the prompt', () => {
    const config = rlooConfig({ numGenerations: 2, beta: 1 });
    const { rows, metrics } = credit(madeIteration(rollouts, [1, 3, 2, 2]), config);
    const expected = [-2.5, 2.5, -0.5, 0.5];
    rows.forEach(({ advantage }, i) => expect(advantage).toBeCloseTo(expected[i] as number, 6));
    expect(metrics['reward']).toBe(2);
    expect(metrics['kl']).toBeCloseTo(1 / 7, 6);
  });

  it('logs no divergence of tokens where it plays no part', () => {
    const config = rlooConfig({ numGenerations: 2, beta: 0 });
    expect(credit(madeIteration(rollouts, [1, 3, 2, 2]), config).metrics).not.toHaveProperty('kl');
  });
});
