import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { readJsonLines } from '../../../lib/files';
import type { RlooConfig } from '../../../lib/policy/rloo/config';
import { trainRloo } from '../../../lib/policy/rloo/trainer';
import type { SampledInputs } from '../../../lib/policy/sampled';
import type { PolicySample } from '../../../lib/policy/samples';
import type { NamedTensors } from '../../../lib/train/adamw';
import type { MetricsRow } from '../../../lib/train/metrics';
import {
  countA,
  demonstrations,
  largestDifference,
  numbersOf,
  prompts,
  rlooConfig,
  tinyPolicy,
  tinyRun,
} from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const reference = tinyPolicy();

interface Trained {
  readonly params: NamedTensors;
  readonly rows: MetricsRow[];
  readonly samples: PolicySample[];
}

async function trained(
  given: Partial<RlooConfig> = {},
  inputs: Partial<SampledInputs> = {},
  run = tinyRun(),
): Promise<Trained> {
  const directory = await run;
  const params = await trainRloo(
    reference,
    { prompts, scorer: countA, demonstrations, ...inputs },
    rlooConfig(given),
    directory,
  );
  return {
    params,
    rows: await readJsonLines<MetricsRow>(directory.file('metrics.jsonl')),
    samples: await readJsonLines(directory.file('samples.jsonl')),
  };
}

describe('trainRloo', () => {
  it('starts at the reference: no KL, a ratio of 1 on the first minibatch', async () => {
    const { rows } = await trained({ maxSteps: 1, numIterations: 1, numMiniBatches: 1, temperature: 0.6 });
    const row = rows[0] as MetricsRow;
    expect(row['objective/kl']).toBeCloseTo(0, 4);
    expect(row['kl']).toBeCloseTo(0, 4);
    expect(row['val/ratio']).toBeCloseTo(1, 5);
    expect(row['val/ratio_var']).toBeLessThan(1e-9);
    expect(row['clip_ratio/region_mean']).toBe(0);
    expect(row['sampling/sampling_logp_difference/max']).toBeLessThan(1e-4);
    expect(row['grad_norm']).toBeGreaterThan(1e-3);
  });

  it('takes its matrix products in bfloat16 where asked to: ratios stay within rounding', async () => {
    const one = { maxSteps: 1, numIterations: 1, numMiniBatches: 1 };
    const { rows, params } = await trained({ ...one, bf16: true });
    expect(rows[0]?.['val/ratio']).toBeCloseTo(1, 2);
    expect(largestDifference(params, (await trained(one)).params)).toBeGreaterThan(1e-6);
  });

  it('samples several different responses to each prompt, one prompt after the other', async () => {
    const { samples } = await trained({ maxSteps: 1 });
    const ids = samples.map(({ promptId }) => promptId);
    expect(new Set(ids.slice(0, 4)).size).toBe(1);
    expect(new Set(ids).size).toBe(2);
    expect(new Set(samples.slice(0, 4).map(({ response }) => response)).size).toBeGreaterThan(1);
  });

  it('raises the reward and moves away from the reference', async () => {
    const { rows } = await trained({
      maxSteps: 10,
      generationBatchSize: 24,
      learningRate: 2e-2,
      missingEosPenalty: 0,
      beta: 0.01,
    });
    const reward = (row: MetricsRow | undefined): number => row?.['reward'] as number;
    expect(reward(rows.at(-1))).toBeGreaterThan(reward(rows[0]) + 0.5);
    expect(rows.at(-1)?.['objective/kl']).toBeGreaterThan(0.1);
  }, 120_000);

  it('logs TRL’s metrics', async () => {
    const { rows } = await trained({ maxSteps: 1, sftLossCoef: 0.2 });
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(
      [
        'step loss learning_rate grad_norm reward reward_std frac_reward_zero_std kl entropy',
        'clip_ratio/low_mean clip_ratio/high_mean clip_ratio/region_mean',
        'objective/kl loss/policy_avg loss/sft_avg val/ratio val/ratio_var',
        'sampling/sampling_logp_difference/max',
        'completions/mean_length completions/min_length completions/max_length completions/clipped_ratio',
      ]
        .flatMap((line) => line.split(' '))
        .sort(),
    );
    expect((await trained({ maxSteps: 1, beta: 0 })).rows[0]).not.toHaveProperty('kl');
  });

  it('computes the same iteration in whole minibatches as in parts, demonstrations included', async () => {
    const terms = { sftLossCoef: 0.3, sftBatchSize: 4, numMiniBatches: 1, maxSteps: 1 };
    const whole = await trained(terms);
    const parts = await trained({ ...terms, gradientAccumulationSteps: 4 });
    expect(parts.samples.map(({ response }) => response)).toEqual(
      whole.samples.map(({ response }) => response),
    );
    expect(largestDifference(whole.params, parts.params)).toBeLessThan(5e-5);
    for (const key of ['loss/policy_avg', 'loss/sft_avg', 'kl', 'entropy', 'val/ratio_var'])
      expect(parts.rows[0]?.[key]).toBeCloseTo(whole.rows[0]?.[key] as number, 4);
  });

  it('is held back by the divergence in the reward, and cuts rewards when asked', async () => {
    const options = { maxSteps: 6, generationBatchSize: 16, learningRate: 2e-2, missingEosPenalty: 0 };
    const klOf = async (given: Partial<RlooConfig>) =>
      (await trained({ ...options, ...given })).rows.at(-1)?.['objective/kl'] as number;
    const free = await klOf({ beta: 0 });
    expect(await klOf({ beta: 1 })).toBeLessThan(free);
    const cut = await trained({ ...options, maxSteps: 1, beta: 0, rewardClipRange: 1e-6 });
    expect(cut.rows[0]?.['grad_norm']).toBe(0);
  }, 120_000);

  it('gives the same numbers for the same seed, and others for another', async () => {
    const first = await trained({ sftLossCoef: 0.1 });
    const second = await trained({ sftLossCoef: 0.1 });
    expect(second.rows).toEqual(first.rows);
    expect(second.samples).toEqual(first.samples);
    expect(largestDifference(first.params, second.params)).toBe(0);
    expect((await trained({ sftLossCoef: 0.1, seed: 2 })).samples).not.toEqual(first.samples);
  });

  it('ends with the numbers of an unbroken run when it is resumed', async () => {
    const options = { sftLossCoef: 0.1, saveSteps: 2 };
    const unbroken = await trained({ ...options, maxSteps: 4 });
    const run = await tinyRun();
    await trained({ ...options, maxSteps: 3 }, {}, Promise.resolve(run));
    const resumed = await trained({ ...options, maxSteps: 4 }, {}, tinyRun(run.path, true));
    expect(resumed.rows).toEqual(unbroken.rows);
    expect(resumed.samples).toEqual(unbroken.samples);
    expect(largestDifference(unbroken.params, resumed.params)).toBe(0);
  }, 120_000);

  it('leaves the reference bit-equal and no tensors behind', async () => {
    const before = numbersOf(reference.params);
    const options = { sftLossCoef: 0.1, gradientAccumulationSteps: 3, sftBatchSize: 5 };
    const first = await trained(options);
    expect(Object.keys(first.params).sort()).toEqual(Object.keys(reference.params).sort());
    tf.dispose(first.params);
    const { numTensors } = tf.memory();
    tf.dispose((await trained({ ...options, maxSteps: 3 })).params);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(numbersOf(reference.params)).toEqual(before);
  });

  it('keeps a constant number of tensors from iteration to iteration', async () => {
    const counts: number[] = [];
    const scorer: SampledInputs['scorer'] = (inputs) => {
      counts.push(tf.memory().numTensors);
      return countA(inputs);
    };
    await trained({ maxSteps: 5, sftLossCoef: 0.1 }, { scorer });
    expect(new Set(counts.slice(1)).size).toBe(1);
  });

  it('computes the same whatever token pads', async () => {
    const plain = await trained({ sftLossCoef: 0.1 });
    const other = { ...reference, tokenizer: { ...reference.tokenizer, padTokenId: 7 } };
    const run = await tinyRun();
    const params = await trainRloo(
      other,
      { prompts, scorer: countA, demonstrations },
      rlooConfig({ sftLossCoef: 0.1 }),
      run,
    );
    expect(await readJsonLines(run.file('metrics.jsonl'))).toEqual(plain.rows);
    expect(largestDifference(plain.params, params)).toBe(0);
  });

  it('learns nothing from prompts whose responses all earn the same', async () => {
    const scorer: SampledInputs['scorer'] = async (inputs) => new Float32Array(inputs.length).fill(2);
    const { rows, params } = await trained(
      { missingEosPenalty: 0, beta: 0, maxSteps: 1, numIterations: 1 },
      { scorer },
    );
    expect(rows[0]).toMatchObject({ reward: 2, reward_std: 0, frac_reward_zero_std: 1, grad_norm: 0 });
    expect(largestDifference(params, reference.params)).toBe(0);
  });

  it.each([
    ['no prompts', {}, { prompts: [] }, 'rloo: there are no prompts'],
    ['no demonstrations', { sftLossCoef: 0.1 }, { demonstrations: [] }, 'rloo: sftLossCoef is above 0, so'],
    ['uneven groups', { numGenerations: 3 }, {}, 'must be a multiple of numGenerations (3), got 8'],
  ] as const)('refuses %s', async (_, given, inputs, message) => {
    await expect(trained(given, inputs)).rejects.toThrow(message);
  });

  it('stops in one sentence when a score is NaN', async () => {
    const scorer: SampledInputs['scorer'] = async (inputs) => new Float32Array(inputs.length).fill(NaN);
    await expect(trained({}, { scorer })).rejects.toThrow(
      /rloo: the scorer: the score of response 1 .* must be a finite number, got NaN/,
    );
  });
});
