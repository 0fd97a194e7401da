import { describe, expect, it } from 'vitest';
import { credit } from '../../../lib/policy/ppo/credit';
import { rolloutMetrics } from '../../../lib/policy/ppo/rollout-metrics';
import type { Iteration } from '../../../lib/policy/sampled';
import { madeIteration, madeRollout, ppoConfig } from '../support/tiny-policy';

/** Rollouts with values 0. */
function iterationOf(
  rollouts: readonly ReturnType<typeof madeRollout>[],
  scores: readonly number[],
): Iteration<'values'> {
  const withValues = rollouts.map((rollout) => ({
    ...rollout,
    values: new Float32Array(rollout.responseTokens.length),
  }));
  const referenceScores = new Map([
    ['p', 1],
    ['q', 0.5],
  ]);
  return { ...madeIteration(rollouts, scores), rollouts: withValues, referenceScores };
}

const near = (got: Iterable<number>, expected: number[]) =>
  [...got].forEach((value, t) => expect(value).toBeCloseTo(expected[t] as number, 5));
const config = ppoConfig({ gamma: 1, lam: 1 });
const state = { klCoef: 0.5 };
const iteration = iterationOf(
  [madeRollout('p', [0.2, 0.4]), madeRollout('q', [-0.2, 0, 0.6], false)],
  [3, 1],
);

describe('credit', () => {
  it('subtracts the reference’s score and the KL of every token; the score sits on the last one', () => {
    const { rows, metrics } = credit(iteration, config, state);
    // λ = γ = 1 and values 0: advantages are the sums of rewards to come. p: −0.1, 2 − 0.2; q: 0.1, 0, 0.5 − 0.3
    near(rows[0]?.advantages ?? [], [1.7, 1.8]);
    near(rows[1]?.advantages ?? [], [0.3, 0.2, 0.2]);
    expect(rows[0]?.returns).toEqual(rows[0]?.advantages);
    expect(metrics['objective/reference_scores']).toBe(0.75);
  });

  it('takes no baseline, or the mean of the batch, when asked', () => {
    const of = (rewardBaseline: 'none' | 'batchMean') =>
      credit(iteration, { ...config, rewardBaseline }, state).metrics['objective/reference_scores'];
    expect(of('none')).toBe(0);
    expect(of('batchMean')).toBe(2);
  });

  it('cuts absurd log-ratios at 20 nats', () => {
    const { rows } = credit(iterationOf([madeRollout('p', [500, -500])], [1]), config, state);
    near(rows[0]?.advantages ?? [], [0, 10]);
  });

  it('gives advantages mean 0 and variance 1 over all tokens when asked', () => {
    const given = { ...config, rewardBaseline: 'none', whitenAdvantages: true } as const;
    const all = credit(iteration, given, state).rows.flatMap((row) => [...row.advantages]);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(all.reduce((sum, value) => sum + value ** 2, 0) / (all.length - 1)).toBeCloseTo(1, 4);
  });
});

describe('rolloutMetrics', () => {
  it('are sums over a response and means over responses, without padding', () => {
    const { rows } = credit(iteration, config, state);
    const metrics = rolloutMetrics(iteration, { rows, baselines: [1, 0.5], klCoef: 0.5 });
    const expected = {
      'objective/kl': (0.6 + 0.4) / 2,
      // e^−x − 1 + x at 0.2, 0.4, −0.2, 0, 0.6
      'objective/kl_k3': (0.018731 + 0.07032 + 0.021403 + 0 + 0.148812) / 2,
      'objective/kl_coef': 0.5,
      'objective/entropy': (4 + 6) / 2,
      'objective/scores': 2,
      'objective/reference_scores': 0.75,
      'objective/score_gap': 1.25,
      'objective/non_score_reward': -0.25,
      'objective/rlhf_reward': 1,
      'val/num_eos_tokens': 1,
      'val/sampler_gap': 3e-6,
      'completions/mean_length': 2.5,
      'completions/min_length': 2,
      'completions/max_length': 3,
      'completions/clipped_ratio': 0.5,
      'critic/vf_explained_var': 0,
    };
    expect(Object.keys(metrics).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) expect(metrics[key], key).toBeCloseTo(value, 5);
  });
});
