import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { readJsonLines } from '../../../lib/files';
import type { DpoConfig } from '../../../lib/policy/dpo/config';
import { refuseUnequalStart, trainDpo, type DpoInputs } from '../../../lib/policy/dpo/trainer';
import type { PolicySample } from '../../../lib/policy/samples';
import type { NamedTensors } from '../../../lib/train/adamw';
import type { MetricsRow } from '../../../lib/train/metrics';
import {
  countA,
  demonstrations,
  dpoConfig,
  largestDifference,
  numbersOf,
  pairs,
  prompts,
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
  given: Partial<DpoConfig> = {},
  inputs: Partial<DpoInputs> = {},
  run = tinyRun(),
): Promise<Trained> {
  const directory = await run;
  const config = dpoConfig(given);
  const params = await trainDpo(reference, { pairs, demonstrations, ...inputs }, config, directory);
  return {
    params,
    rows: await readJsonLines<MetricsRow>(directory.file('metrics.jsonl')),
    samples: config.samplesEvery > 0 ? await readJsonLines(directory.file('samples.jsonl')) : [],
  };
}

const sampled: Partial<DpoInputs> = { samplePrompts: prompts.slice(0, 5), scorer: countA, temperature: 0.8 };

describe('trainDpo', () => {
  it('starts at ln 2 with rewards of 0, whatever the smoothing', async () => {
    const { rows } = await trained({ maxSteps: 1, labelSmoothing: 0.2 });
    expect(rows[0]?.['loss']).toBeCloseTo(Math.LN2, 5);
    for (const key of ['rewards/chosen', 'rewards/rejected', 'rewards/margins'])
      expect(rows[0]?.[key]).toBeCloseTo(0, 5);
    expect(rows[0]?.['logps/chosen']).toBeLessThan(-1);
  });

  it('starts near ln 2 with matrix products in bfloat16 too', async () => {
    const { rows } = await trained({ maxSteps: 1, bf16: true });
    expect(rows[0]?.['loss']).toBeCloseTo(Math.LN2, 2);
  });

  it('raises the margin and the accuracy of the pairs it is shown', async () => {
    const { rows } = await trained({ maxSteps: 16, learningRate: 2e-2, loggingSteps: 16, batchSize: 12 });
    expect(rows[0]?.['rewards/margins']).toBeGreaterThan(0.5);
    expect(rows[0]?.['rewards/accuracies']).toBeGreaterThan(0.85);
  });

  it.each([
    ['hinge', 1],
    ['ipo', 25], // (0 − 1/(2·0.1))²
  ] as const)('starts the %s form at %d', async (lossType, start) => {
    expect((await trained({ maxSteps: 1, lossType })).rows[0]?.['loss']).toBeCloseTo(start, 2);
  });

  it('logs TRL’s metrics, and adds both SFT terms with their weights', async () => {
    const { rows } = await trained({ maxSteps: 1, sftLossCoef: 0.5, chosenSftCoef: 0.25 });
    const row = rows[0] as MetricsRow;
    const names = 'chosen rejected accuracies margins'.split(' ').map((name) => `rewards/${name}`);
    expect(Object.keys(row)).toEqual(
      expect.arrayContaining([...names, 'logps/chosen', 'logps/rejected', 'loss/sft_avg', 'epoch']),
    );
    // log 16 when nothing is known; TRL's `sft` is −Σ log π(chosen) over all chosen tokens of the batch.
    expect(row['loss/sft_avg']).toBeGreaterThan(2);
    const rest =
      (row['loss'] as number) -
      (row['loss/preference_avg'] as number) -
      0.5 * (row['loss/sft_avg'] as number);
    expect(rest / 0.25).toBeGreaterThan(2);
    expect(rest / 0.25).toBeLessThan(4);
  });

  it('computes the same step in one batch as in parts, demonstrations included', async () => {
    const terms = { sftLossCoef: 0.3, sftBatchSize: 4, chosenSftCoef: 0.2 };
    const whole = await trained(terms);
    const parts = await trained({ ...terms, gradientAccumulationSteps: 3 });
    expect(largestDifference(whole.params, parts.params)).toBeLessThan(5e-5);
    for (const key of ['loss', 'loss/sft_avg', 'rewards/margins', 'logps/rejected'])
      expect(parts.rows[2]?.[key]).toBeCloseTo(whole.rows[2]?.[key] as number, 4);
  });

  it('is the same for demonstrations that are fewer than the parts of a step', async () => {
    const terms = { sftLossCoef: 0.3, sftBatchSize: 2, maxSteps: 1 };
    const whole = await trained(terms);
    const parts = await trained({ ...terms, gradientAccumulationSteps: 6 });
    expect(parts.rows[0]?.['loss/sft_avg']).toBeCloseTo(whole.rows[0]?.['loss/sft_avg'] as number, 5);
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const options = { samplesEvery: 2, sftLossCoef: 0.1 };
    const first = await trained(options, sampled);
    const second = await trained(options, sampled);
    expect(second.rows).toEqual(first.rows);
    expect(second.samples).toEqual(first.samples);
    expect(largestDifference(first.params, second.params)).toBe(0);
    expect((await trained({ ...options, seed: 2 }, sampled)).rows).not.toEqual(first.rows);
  });

  it('ends with the numbers of an unbroken run when it is resumed', async () => {
    const options = { samplesEvery: 1, sftLossCoef: 0.1, lrSchedulerType: 'constant', saveSteps: 2 } as const;
    const unbroken = await trained({ ...options, maxSteps: 5 }, sampled);
    const run = await tinyRun();
    await trained({ ...options, maxSteps: 3 }, sampled, Promise.resolve(run));
    const resumed = await trained({ ...options, maxSteps: 5 }, sampled, tinyRun(run.path, true));
    expect(resumed.rows).toEqual(unbroken.rows);
    expect(resumed.samples).toEqual(unbroken.samples);
    expect(largestDifference(unbroken.params, resumed.params)).toBe(0);
  });

  it('samples from the fixed prompts with score and KL, which is 0 for a policy that did not move', async () => {
    const { samples } = await trained({ samplesEvery: 2, learningRate: 1e-12 }, sampled);
    expect(samples.map(({ step }) => step)).toEqual([2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
    for (const { kl, score, response } of samples) {
      expect(kl).toBeCloseTo(0, 4);
      expect(score).toBe(response.split('a').length - 1);
    }
    const moved = await trained({ samplesEvery: 3, learningRate: 2e-2 }, sampled);
    expect(moved.samples.some(({ kl }) => Math.abs(kl) > 0.01)).toBe(true);
  });

  it('computes the same whatever token pads', async () => {
    const plain = await trained({ sftLossCoef: 0.1 });
    const other = { ...reference, tokenizer: { ...reference.tokenizer, padTokenId: 7 } };
    const run = await tinyRun();
    const params = await trainDpo(other, { pairs, demonstrations }, dpoConfig({ sftLossCoef: 0.1 }), run);
    expect(await readJsonLines(run.file('metrics.jsonl'))).toEqual(plain.rows);
    expect(largestDifference(plain.params, params)).toBe(0);
  });

  it('leaves the reference bit-equal, returns parameters of its own and leaves no tensors behind', async () => {
    const before = numbersOf(reference.params);
    const options = { samplesEvery: 1, sftLossCoef: 0.1, gradientAccumulationSteps: 4, batchSize: 5 };
    const first = await trained(options, sampled);
    tf.dispose(first.params);
    const { numTensors } = tf.memory();
    tf.dispose((await trained(options, sampled)).params);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(numbersOf(reference.params)).toEqual(before);
  });

  it.each([
    ['pairs', {}, { pairs: [] }, 'dpo: there are no preference pairs'],
    ['demonstrations', { sftLossCoef: 0.1 }, { demonstrations: [] }, 'dpo: sftLossCoef is above 0, so'],
    ['prompts to sample from', { samplesEvery: 1 }, {}, 'dpo: samplesEvery is above 0, so prompts'],
  ])('refuses to go without %s that it needs', async (_, given, inputs, message) => {
    await expect(trained(given, inputs)).rejects.toThrow(message);
  });

  it('stops in one sentence when a weight is NaN', async () => {
    const params = { ...reference.params, 'model.norm.weight': tf.fill([8], NaN) };
    const training = trainDpo({ ...reference, params }, { pairs }, dpoConfig(), await tinyRun());
    await expect(training).rejects.toThrow(/dpo: .* became NaN at step 1/);
  });
});

describe('refuseUnequalStart', () => {
  it('lets ln 2 pass and refuses what policy and reference can not give when they agree', () => {
    expect(() => refuseUnequalStart(0.6932, { bf16: false })).not.toThrow();
    expect(() => refuseUnequalStart(0.7, { bf16: false })).toThrow(
      'the loss before any update must be ln 2 = 0.6931, got 0.7000',
    );
  });
});
