import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { scoreReference, scoreRollouts } from '../../../lib/policy/ppo/rewards';
import type { PpoRollout } from '../../../lib/policy/ppo/rollout';
import { rolloutMetrics } from '../../../lib/policy/ppo/rollout-metrics';
import { createRng } from '../../../lib/random';
import { countA, madeRollout, ppoConfig, prompts, tinyPolicy } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));

/** The same with values 0. */
const rollout = (...given: Parameters<typeof madeRollout>): PpoRollout => ({
  ...madeRollout(...given),
  values: new Float32Array(given[1].length),
});
const near = (got: Iterable<number>, expected: number[]) =>
  [...got].forEach((value, t) => expect(value).toBeCloseTo(expected[t] as number, 5));
const config = ppoConfig({ missingEosPenalty: 1, gamma: 1, lam: 1, klCoef: 0.5 });

describe('scoreRollouts', () => {
  const rollouts = [rollout('p', [0.2, 0.4]), rollout('q', [-0.2, 0, 0.6], false)];
  const scores = Float32Array.of(3, 2);

  it('subtracts the penalty, the reference’s score and the KL of every token; the score sits on the last one', () => {
    const references = new Map([
      ['p', 1],
      ['q', 0.5],
    ]);
    const scored = scoreRollouts(rollouts, scores, references, config, 0.5);
    expect(scored.scores).toEqual([3, 1]);
    expect(scored.baselines).toEqual([1, 0.5]);
    // λ = γ = 1 and values 0: advantages are the sums of rewards to come. p: −0.1, 2 − 0.2; q: 0.1, 0, 0.5 − 0.3
    near(scored.rows[0]?.advantages ?? [], [1.7, 1.8]);
    near(scored.rows[1]?.advantages ?? [], [0.3, 0.2, 0.2]);
  });

  it('takes no baseline, or the mean of the batch, when asked', () => {
    const of = (rewardBaseline: 'none' | 'batchMean') =>
      scoreRollouts(rollouts, scores, undefined, { ...config, rewardBaseline }, 0.5).baselines;
    expect(of('none')).toEqual([0, 0]);
    expect(of('batchMean')).toEqual([2, 2]);
  });

  it('cuts absurd log-ratios at 20 nats', () => {
    const scored = scoreRollouts(
      [rollout('p', [500, -500])],
      Float32Array.of(0),
      undefined,
      {
        ...config,
        rewardBaseline: 'none',
      },
      0.5,
    );
    expect([...(scored.kls[0] ?? [])]).toEqual([20, -20]);
  });

  it('gives advantages mean 0 and variance 1 over all tokens when asked', () => {
    const given = { ...config, rewardBaseline: 'none', whitenAdvantages: true } as const;
    const { rows } = scoreRollouts(rollouts, scores, undefined, given, 0.5);
    const all = rows.flatMap((row) => [...row.advantages]);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(all.reduce((sum, value) => sum + value ** 2, 0) / (all.length - 1)).toBeCloseTo(1, 4);
  });

  it('is summed over a response and averaged over responses in the metrics, without padding', () => {
    const references = new Map([
      ['p', 1],
      ['q', 0.5],
    ]);
    const metrics = rolloutMetrics(scoreRollouts(rollouts, scores, references, config, 0.5));
    const expected = {
      'objective/kl': (0.6 + 0.4) / 2,
      // e^−x − 1 + x at 0.2, 0.4, −0.2, 0, 0.6
      'objective/kl_k3': (0.018731 + 0.07032 + 0.021403 + 0 + 0.148812) / 2,
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

describe('scoreReference', () => {
  it('gives every prompt the mean score of the reference’s own answers, the penalty included', async () => {
    const reference = tinyPolicy();
    const asked: string[] = [];
    const scorer: typeof countA = (inputs) => {
      asked.push(...inputs.map(({ response }) => response));
      return countA(inputs);
    };
    const given = ppoConfig({ referenceSamples: 3, missingEosPenalty: 0 });
    const few = prompts.slice(0, 4);
    const scores = await scoreReference(reference, few, scorer, given, createRng(3));
    expect([...scores.keys()]).toEqual(few.map(({ promptId }) => promptId));
    const counts = asked.map((response) => response.split('a').length - 1);
    expect([...scores.values()][1]).toBeCloseTo(
      counts.slice(3, 6).reduce((sum, count) => sum + count, 0) / 3,
      6,
    );
    const penalised = await scoreReference(
      reference,
      few,
      async (inputs) => new Float32Array(inputs.length),
      { ...given, missingEosPenalty: 2 },
      createRng(3),
    );
    for (const score of penalised.values())
      expect([0, -2 / 3, -4 / 3, -2].some((v) => Math.abs(v - score) < 1e-9)).toBe(true);
  });
});
