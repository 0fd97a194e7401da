import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { readJson, readJsonLines } from '../../../lib/files';
import type { PpoConfig } from '../../../lib/policy/ppo/config';
import { trainPpo, type PpoInputs } from '../../../lib/policy/ppo/trainer';
import type { PolicySample } from '../../../lib/policy/samples';
import type { NamedTensors } from '../../../lib/train/adamw';
import type { MetricsRow } from '../../../lib/train/metrics';
import {
  countA,
  demonstrations,
  largestDifference,
  numbersOf,
  ppoConfig,
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
  given: Partial<PpoConfig> = {},
  inputs: Partial<PpoInputs> = {},
  run = tinyRun(),
): Promise<Trained> {
  const directory = await run;
  const params = await trainPpo(
    reference,
    { prompts, scorer: countA, demonstrations, ...inputs },
    ppoConfig(given),
    directory,
  );
  return {
    params,
    rows: await readJsonLines<MetricsRow>(directory.file('metrics.jsonl')),
    samples: await readJsonLines(directory.file('samples.jsonl')),
  };
}

describe('trainPpo', () => {
  it('starts at the reference: no KL, a ratio of 1 on the first minibatch, a gap of 0 within noise', async () => {
    const one = { maxSteps: 1, numPpoEpochs: 1, numMiniBatches: 1, missingEosPenalty: 0 };
    const { rows } = await trained({ ...one, rolloutBatchSize: 48, referenceSamples: 4 });
    const row = rows[0] as MetricsRow;
    expect(row['objective/kl']).toBeCloseTo(0, 4);
    expect(row['objective/kl_k3']).toBeCloseTo(0, 6);
    expect(row['val/ratio']).toBeCloseTo(1, 5);
    expect(row['val/ratio_var']).toBeLessThan(1e-9);
    expect(row['policy/approxkl_avg']).toBeLessThan(1e-9);
    expect(row['val/sampler_gap']).toBeLessThan(1e-4);
    // 48 counts of a's in up to 6 tokens, less the mean of 4: standard deviation about 0.67, so 0.4 is four standard errors.
    expect(Math.abs(row['objective/score_gap'] as number)).toBeLessThan(0.4);
  });

  it('logs the same policy whatever the temperature that it is sampled and scored at', async () => {
    const { rows } = await trained({ maxSteps: 1, temperature: 0.6, numPpoEpochs: 1, numMiniBatches: 1 });
    expect(rows[0]?.['val/sampler_gap']).toBeLessThan(1e-4);
    expect(rows[0]?.['val/ratio']).toBeCloseTo(1, 5);
  });

  it('takes its matrix products in bfloat16 where asked to: ratios stay within rounding, weights in float32', async () => {
    const { rows, params } = await trained({ maxSteps: 1, numPpoEpochs: 1, numMiniBatches: 1, bf16: true });
    const exact = await trained({ maxSteps: 1, numPpoEpochs: 1, numMiniBatches: 1 });
    expect(rows[0]?.['val/ratio']).toBeCloseTo(1, 2);
    expect(largestDifference(params, exact.params)).toBeGreaterThan(1e-6);
    expect(Object.values(params).every(({ dtype }) => dtype === 'float32')).toBe(true);
  });

  it('raises the score above the reference and moves away from it', async () => {
    const { rows } = await trained({
      maxSteps: 8,
      rolloutBatchSize: 24,
      learningRate: 2e-2,
      missingEosPenalty: 0,
      klCoef: 0.01,
    });
    expect(rows.at(-1)?.['objective/score_gap']).toBeGreaterThan(0.5);
    expect(rows.at(-1)?.['objective/kl']).toBeGreaterThan(0.1);
  }, 120_000);

  it('logs TRL’s metrics and its own', async () => {
    const { rows } = await trained({ maxSteps: 1, sftLossCoef: 0.2 });
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(
      [
        'step loss learning_rate grad_norm',
        'objective/kl objective/kl_k3 objective/kl_coef objective/entropy objective/scores',
        'objective/reference_scores objective/score_gap objective/non_score_reward objective/rlhf_reward',
        'policy/approxkl_avg policy/clipfrac_avg policy/entropy_avg',
        'loss/policy_avg loss/value_avg loss/sft_avg',
        'val/ratio val/ratio_var val/clipfrac_avg val/num_eos_tokens val/sampler_gap critic/vf_explained_var',
        'completions/mean_length completions/min_length completions/max_length completions/clipped_ratio',
      ]
        .flatMap((line) => line.split(' '))
        .sort(),
    );
  });

  it('logs what is found out about the policy after a step, and lets it look at every step', async () => {
    const seen: number[] = [];
    const afterStep: PpoInputs['afterStep'] = async (step, params) => {
      seen.push(step);
      expect(params).toHaveProperty(['value.weight']);
      return step === 2 ? { 'probes/own': 0.5 } : undefined;
    };
    const { rows } = await trained({ maxSteps: 3 }, { afterStep });
    expect(seen).toEqual([1, 2, 3]);
    expect(rows.map((row) => row['probes/own'])).toEqual([undefined, 0.5, undefined]);
  });

  it('computes the same iteration in whole minibatches as in parts, demonstrations included', async () => {
    const terms = { sftLossCoef: 0.3, sftBatchSize: 4, numMiniBatches: 1, maxSteps: 1 };
    const whole = await trained(terms);
    const parts = await trained({ ...terms, gradientAccumulationSteps: 4 });
    expect(parts.samples.map(({ response }) => response)).toEqual(
      whole.samples.map(({ response }) => response),
    );
    expect(largestDifference(whole.params, parts.params)).toBeLessThan(5e-5);
    for (const key of ['loss/policy_avg', 'loss/value_avg', 'loss/sft_avg', 'val/ratio_var'])
      expect(parts.rows[0]?.[key]).toBeCloseTo(whole.rows[0]?.[key] as number, 4);
  });

  it('takes an SFT term of fewer demonstrations than the parts of an update', async () => {
    const terms = { sftLossCoef: 0.3, sftBatchSize: 2, numMiniBatches: 1, numPpoEpochs: 1, maxSteps: 1 };
    const whole = await trained(terms);
    const parts = await trained({ ...terms, gradientAccumulationSteps: 8 });
    expect(parts.rows[0]?.['loss/sft_avg']).toBeCloseTo(whole.rows[0]?.['loss/sft_avg'] as number, 5);
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const first = await trained({ sftLossCoef: 0.1 });
    const second = await trained({ sftLossCoef: 0.1 });
    expect(second.rows).toEqual(first.rows);
    expect(second.samples).toEqual(first.samples);
    expect(largestDifference(first.params, second.params)).toBe(0);
    expect((await trained({ sftLossCoef: 0.1, seed: 2 })).samples).not.toEqual(first.samples);
  });

  it('ends with the numbers of an unbroken run when it is resumed, KL coefficient and learning rate included', async () => {
    const options = { sftLossCoef: 0.1, klTarget: 0.05, klHorizon: 20, lrKlTarget: 1e-3, saveSteps: 2 };
    const unbroken = await trained({ ...options, maxSteps: 5 });
    const run = await tinyRun();
    await trained({ ...options, maxSteps: 3 }, {}, Promise.resolve(run));
    const { step, state } = readJson<{ step: number; state: Record<string, number> }>(
      run.file('checkpoint-2/trainer.json'),
    );
    expect(step).toBe(2);
    // Logged to nine digits.
    expect(state['klCoef']).toBeCloseTo(unbroken.rows[2]?.['objective/kl_coef'] as number, 9);
    const resumed = await trained({ ...options, maxSteps: 5 }, {}, tinyRun(run.path, true));
    expect(resumed.rows).toEqual(unbroken.rows);
    expect(resumed.samples).toEqual(unbroken.samples);
    expect(largestDifference(unbroken.params, resumed.params)).toBe(0);
    const coefs = unbroken.rows.map((row) => row['objective/kl_coef']);
    expect(new Set(coefs).size).toBeGreaterThan(1);
  }, 120_000);

  it('writes every rollout of a logged iteration with its raw score and KL', async () => {
    const { samples, rows } = await trained({ maxSteps: 2, missingEosPenalty: 3 });
    expect(samples.map(({ step }) => step)).toEqual([...Array(8).fill(1), ...Array(8).fill(2)]);
    for (const { response, score, responseTokens, finished } of samples) {
      expect(score).toBe(response.split('a').length - 1);
      expect(responseTokens).toBe(response.length + (finished ? 1 : 0));
    }
    const last = samples.slice(8);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(last.map(({ kl }) => kl))).toBeCloseTo(rows[1]?.['objective/kl'] as number, 5);
    expect(mean(last.map(({ score, finished }) => (score as number) - (finished ? 0 : 3)))).toBeCloseTo(
      rows[1]?.['objective/scores'] as number,
      5,
    );
  });

  it('logs what a score is made of, in metrics and samples, when the scorer tells', async () => {
    const parts = async (inputs: Parameters<typeof countA>[0]) => ({
      scores: await countA(inputs),
      parts: { length: Float32Array.from(inputs, ({ response }) => response.length) },
    });
    const scorer = Object.assign((inputs: Parameters<typeof countA>[0]) => countA(inputs), {
      inParts: parts,
    });
    const { rows, samples } = await trained({ maxSteps: 1 }, { scorer });
    const lengths = samples.map(({ response }) => response.length);
    expect(samples.map(({ scoreParts }) => scoreParts?.['length'])).toEqual(lengths);
    expect(rows[0]?.['rewards/length/mean']).toBeCloseTo(lengths.reduce((sum, l) => sum + l, 0) / 8, 6);
    expect(rows[0]?.['rewards/length/std']).toBeGreaterThan(0);
  });

  it('leaves the reference bit-equal and no tensors behind, and returns the policy without its value head', async () => {
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
    const scorer: PpoInputs['scorer'] = (inputs) => {
      counts.push(tf.memory().numTensors);
      return countA(inputs);
    };
    await trained({ maxSteps: 5, rewardBaseline: 'none', sftLossCoef: 0.1 }, { scorer });
    expect(new Set(counts.slice(1)).size).toBe(1);
  });

  it('computes the same whatever token pads', async () => {
    const plain = await trained({ sftLossCoef: 0.1 });
    const other = { ...reference, tokenizer: { ...reference.tokenizer, padTokenId: 7 } };
    const run = await tinyRun();
    const params = await trainPpo(
      other,
      { prompts, scorer: countA, demonstrations },
      ppoConfig({ sftLossCoef: 0.1 }),
      run,
    );
    expect(await readJsonLines(run.file('metrics.jsonl'))).toEqual(plain.rows);
    expect(largestDifference(plain.params, params)).toBe(0);
  });

  it('starts the value head as the score head of a reward model when asked', async () => {
    const scoreHead = tf.ones([1, 8]);
    const one = { maxSteps: 1, valueInit: 'rewardModel', numPpoEpochs: 1, numMiniBatches: 1 } as const;
    const zero = await trained({ ...one, valueInit: 'zero' });
    const warm = await trained(one, { scoreHead });
    expect(zero.rows[0]?.['critic/vf_explained_var']).toBeCloseTo(0, 6);
    expect(warm.rows[0]?.['critic/vf_explained_var']).not.toBeCloseTo(0, 3);
    expect(scoreHead.isDisposed).toBe(false);
  });

  it.each([
    ['no prompts', {}, { prompts: [] }, 'ppo: there are no prompts'],
    ['no demonstrations', { sftLossCoef: 0.1 }, { demonstrations: [] }, 'ppo: sftLossCoef is above 0, so'],
    [
      'no score head',
      { valueInit: 'rewardModel' },
      {},
      "needs a reward model of the policy's width (8), got none",
    ],
    ['uneven minibatches', { numMiniBatches: 3 }, {}, 'must be a multiple of numMiniBatches (3), got 8'],
  ] as const)('refuses %s', async (_, given, inputs, message) => {
    await expect(trained(given, inputs)).rejects.toThrow(message);
  });

  it('stops in one sentence when a score is NaN', async () => {
    const scorer: PpoInputs['scorer'] = async (inputs) => new Float32Array(inputs.length).fill(NaN);
    await expect(trained({}, { scorer })).rejects.toThrow(
      /ppo: the scorer: the score of response 1 .* must be a finite number, got NaN/,
    );
  });
});
