import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readJsonLines } from '../../lib/files';
import { createRng } from '../../lib/random';
import type { RewardConfig } from '../../lib/reward/config';
import { rewardScorer } from '../../lib/reward/score';
import { splitPairs } from '../../lib/reward/split';
import { initRewardParams, trainReward } from '../../lib/reward/trainer';
import type { NamedTensors } from '../../lib/train/adamw';
import type { MetricsRow } from '../../lib/train/metrics';
import type { RunDirectory } from '../../lib/train/run-directory';
import { randomPairs, rewardConfig, tinyModels, tinyRun } from './tiny-model';

const models = tinyModels();
const pairs = randomPairs(60);

async function trained(
  given: Partial<RewardConfig> = {},
  run?: RunDirectory,
): Promise<{ params: NamedTensors; rows: MetricsRow[] }> {
  const directory = run ?? (await tinyRun());
  const config = rewardConfig(given);
  const params = await trainReward(models, splitPairs(pairs, config, models.tokenizer), config, directory);
  return { params, rows: await readJsonLines<MetricsRow>(directory.file('metrics.jsonl')) };
}

function largestDifference(a: NamedTensors, b: NamedTensors): number {
  expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort());
  const differences = Object.keys(a).flatMap((name) => {
    const [x, y] = [a[name], b[name]].map((tensor) => [...(tensor?.dataSync() ?? [])]);
    return (x as number[]).map((value, i) => Math.abs(value - (y?.[i] as number)));
  });
  return Math.max(...differences);
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('initRewardParams', () => {
  it('adds a zero score head, leaves out the heads of other models, and keeps a head that is there', () => {
    const [head, bias] = [tf.ones([1, 8]), tf.zeros([1])];
    const fresh = initRewardParams(
      { ...models.params, 'lm_head.weight': tf.ones([16, 8]), 'value.bias': bias },
      models.config,
    );
    expect(Object.keys(fresh).sort()).toEqual([...Object.keys(models.params), 'score.weight'].sort());
    expect([...(fresh['score.weight']?.dataSync() ?? [])]).toEqual(Array(8).fill(0));
    const again = initRewardParams({ ...models.params, 'score.weight': head }, models.config);
    expect([...(again['score.weight']?.dataSync() ?? [])]).toEqual(Array(8).fill(1));
  });
});

describe('trainReward', () => {
  it('starts at ln 2 with all scores 0', async () => {
    const { rows } = await trained({ maxSteps: 1 });
    expect(rows[0]).toMatchObject({ accuracy: 0, margin: 0, min_reward: 0, mean_reward: 0, max_reward: 0 });
    expect(rows[0]?.['loss']).toBeCloseTo(Math.LN2, 6);
  });

  it('logs TRL’s metrics, and the held-out ones every evalSteps', async () => {
    const { rows } = await trained();
    const names = ['loss', 'accuracy', 'margin', 'mean_reward', 'min_reward', 'max_reward'];
    expect(Object.keys(rows[0] ?? {})).toEqual(
      expect.arrayContaining([...names, 'num_tokens', 'epoch', 'grad_norm', 'learning_rate']),
    );
    expect(rows.map((row) => 'eval_accuracy' in row)).toEqual([false, true, false, true]);
    for (const name of names) expect(rows[3]).toHaveProperty(`eval_${name}`);
    expect(rows[3]?.['eval_min_reward']).toBeLessThan(rows[3]?.['eval_max_reward'] as number);
    expect(rows[3]?.['epoch']).toBeCloseTo(32 / 48, 8);
  });

  it('learns which answers are preferred, on pairs held out too', async () => {
    const config = rewardConfig({ maxSteps: 40, learningRate: 2e-2, evalSteps: 40, loggingSteps: 40 });
    const run = await tinyRun();
    const split = splitPairs(randomPairs(240), config, models.tokenizer);
    const params = await trainReward(models, split, config, run);
    const [row] = await readJsonLines<MetricsRow>(run.file('metrics.jsonl'));
    expect(row?.['eval_loss']).toBeLessThan(0.5);
    expect(row?.['eval_accuracy']).toBeGreaterThan(0.8);
    const scorer = rewardScorer(
      { ...models, params },
      { batchSize: 4, maxPromptTokens: 12, maxResponseTokens: 12 },
    );
    const [good, bad] = await scorer([
      { promptId: 'p', prompt: 'bcd', response: 'aaaa' },
      { promptId: 'p', prompt: 'bcd', response: 'bbbb' },
    ]);
    expect(good).toBeGreaterThan(bad as number);
  });

  it('takes the number of steps from the epochs when maxSteps is absent', async () => {
    const config = rewardConfig({ numTrainEpochs: 0.5 });
    const rest = Object.fromEntries(
      Object.entries(config).filter(([key]) => key !== 'maxSteps'),
    ) as unknown as RewardConfig;
    const run = await tinyRun();
    await trainReward(models, splitPairs(pairs, rest, models.tokenizer), rest, run);
    expect((await readJsonLines(run.file('metrics.jsonl'))).length).toBe(3);
  });

  it('computes the same step in one batch of 8 as in 8 of 1', async () => {
    const whole = await trained({
      gradientAccumulationSteps: 1,
      scoreL2Coefficient: 0.1,
      lengthCovariate: true,
    });
    const parts = await trained({
      gradientAccumulationSteps: 8,
      scoreL2Coefficient: 0.1,
      lengthCovariate: true,
    });
    expect(largestDifference(whole.params, parts.params)).toBeLessThan(2e-5);
    for (const key of [
      'loss',
      'accuracy',
      'margin',
      'min_reward',
      'max_reward',
      'num_tokens',
      'length_slope',
    ]) {
      expect(parts.rows[3]?.[key]).toBeCloseTo(whole.rows[3]?.[key] as number, 4);
    }
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const first = await trained();
    const second = await trained();
    expect(second.rows).toEqual(first.rows);
    expect(largestDifference(first.params, second.params)).toBe(0);
    expect((await trained({ seed: 2 })).rows).not.toEqual(first.rows);
  });

  it('ends with the numbers of an unbroken run when it is resumed', async () => {
    const constant = { maxSteps: 6, lrSchedulerType: 'constant', lengthCovariate: true } as const;
    const unbroken = await trained(constant);
    const run = await tinyRun();
    const config = rewardConfig({ ...constant, saveSteps: 3 });
    const split = splitPairs(pairs, config, models.tokenizer);
    await trainReward(models, split, { ...config, maxSteps: 4 }, run);
    const resumed = await trained({ ...constant, saveSteps: 3 }, await tinyRun(run.path, true));
    expect(resumed.rows).toEqual(unbroken.rows);
    expect(largestDifference(unbroken.params, resumed.params)).toBe(0);
  });

  it('gives length a slope of its own when asked, so that scores follow length less', async () => {
    // Log-odds of 0.8 a token, whatever the text says.
    const rng = createRng(3);
    const text = (length: number) => Array.from({ length }, () => 'ab'[rng.integer(2)]).join('');
    const longerWins = Array.from({ length: 240 }, (_, i) => {
      const short = 1 + rng.integer(4);
      const difference = 1 + rng.integer(4);
      const sides = [text(short + difference), text(short)] as const;
      const [chosen, rejected] = rng.chance(1 / (1 + Math.exp(-0.8 * difference)))
        ? sides
        : [sides[1], sides[0]];
      return { promptId: `p${i}`, prompt: 'bcd', chosen, rejected };
    });
    const margins: number[] = [];
    for (const lengthCovariate of [false, true]) {
      const config = rewardConfig({
        maxSteps: 50,
        learningRate: 5e-3,
        evalSteps: 50,
        loggingSteps: 50,
        lengthCovariate,
      });
      const run = await tinyRun();
      tf.dispose(await trainReward(models, splitPairs(longerWins, config, models.tokenizer), config, run));
      const [row] = await readJsonLines<MetricsRow>(run.file('metrics.jsonl'));
      margins.push(row?.['eval_margin'] as number);
      if (lengthCovariate) expect(row?.['length_slope']).toBeGreaterThan(0.2);
      else expect(row).not.toHaveProperty('length_slope');
      expect(row).not.toHaveProperty('eval_length_gradient');
    }
    expect(margins[1]).toBeLessThan(0.6 * (margins[0] as number));
  });

  it('subtracts margins only when asked', async () => {
    const plain = await trained({ maxSteps: 1 });
    const margins = await trained({ maxSteps: 1, useMargin: true });
    expect(margins.rows[0]?.['loss']).toBeCloseTo(Math.log(1 + Math.exp(0.2)), 5);
    expect(plain.rows[0]?.['loss']).toBeCloseTo(Math.LN2, 5);
  });

  it('leaves the given parameters as they are and no tensors behind', async () => {
    const before = [...(models.params['model.norm.weight']?.dataSync() ?? [])];
    tf.dispose((await trained()).params);
    const { numTensors } = tf.memory();
    tf.dispose((await trained({ gradientAccumulationSteps: 2 })).params);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect([...(models.params['model.norm.weight']?.dataSync() ?? [])]).toEqual(before);
  });

  it('refuses weights that hold NaN in one sentence', async () => {
    const params = { ...models.params, 'model.norm.weight': tf.fill([8], NaN) };
    const config = rewardConfig();
    const split = splitPairs(pairs, config, models.tokenizer);
    await expect(trainReward({ ...models, params }, split, config, await tinyRun())).rejects.toThrow(
      /reward: .* became NaN at step 1/,
    );
  });
});
