/** Every trainer with an adapter: what is trained, what is held in memory, what a checkpoint holds. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { parseConfig } from '../../lib/config';
import { readJson, readJsonLines } from '../../lib/files';
import { addAdapter } from '../../lib/model/lora/adapter';
import type { LoraOptions } from '../../lib/model/lora/config';
import { isOfAdapter, isTrainedWithAdapter } from '../../lib/model/lora/names';
import { pickParams } from '../../lib/model/params';
import { readSafetensors } from '../../lib/model/weights';
import type { LanguageModel } from '../../lib/model/sample';
import { trainDpo } from '../../lib/policy/dpo/trainer';
import { trainGrpo } from '../../lib/policy/grpo/trainer';
import { trainPpo } from '../../lib/policy/ppo/trainer';
import { trainRloo } from '../../lib/policy/rloo/trainer';
import { splitPairs } from '../../lib/reward/split';
import { trainReward } from '../../lib/reward/trainer';
import { sftFields } from '../../lib/sft/config';
import { trainSft } from '../../lib/sft/trainer';
import type { NamedTensors } from '../../lib/train/adamw';
import type { MetricsRow } from '../../lib/train/metrics';
import type { RunDirectory } from '../../lib/train/run-directory';
import { randomPairs, rewardConfig } from '../reward/tiny-model';
import {
  countA,
  demonstrations,
  dpoConfig,
  grpoConfig,
  largestDifference,
  numbersOf,
  pairs,
  ppoConfig,
  prompts,
  rlooConfig,
  tinyPolicy,
  tinyRun,
} from '../policy/support/tiny-policy';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-adapter-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => useEngine('cpu'));

const lora = { loraRank: 2, loraAlpha: 8 };
const fast = { learningRate: 2e-2 };
type Given = LoraOptions & { readonly maxSteps?: number; readonly saveSteps?: number };
type Train = (model: LanguageModel, given: Given, run: RunDirectory) => Promise<NamedTensors>;

const sftConfig = (given: object) =>
  parseConfig('sft', sftFields, { ...fast, maxSteps: 4, batchSize: 6, maxLength: 16, evalFraction: 0, loggingSteps: 1, ...given }); // prettier-ignore
const inputs = { prompts, scorer: countA };
/** Each trainer on the tiny policy. */
const trainers: Readonly<Record<string, Train>> = {
  sft: (model, given, run) => trainSft(model, demonstrations, sftConfig(given), run),
  reward: (model, given, run) => {
    const config = rewardConfig({ ...fast, evalFraction: 0, ...given });
    return trainReward(model, splitPairs(randomPairs(24), config, model.tokenizer), config, run);
  },
  dpo: (model, given, run) => trainDpo(model, { pairs }, dpoConfig({ ...fast, ...given }), run),
  ppo: (model, given, run) => trainPpo(model, inputs, ppoConfig({ ...fast, ...given }), run),
  grpo: (model, given, run) => trainGrpo(model, inputs, grpoConfig({ ...fast, ...given }), run),
  rloo: (model, given, run) => trainRloo(model, inputs, rlooConfig({ ...fast, ...given }), run),
};

const names = Object.keys(trainers);
const out = (name: string) => join(folder, name);
const metricsOf = (name: string) => readJsonLines<MetricsRow>(join(out(name), 'metrics.jsonl'));
const train = async (name: string, to: string, given: Given, resume = false, base = tinyPolicy()) =>
  (trainers[name] as Train)(addAdapter(base, { seed: 1, ...given }), given, await tinyRun(out(to), resume));

describe.each(names)('%s with an adapter', (name) => {
  it('trains the adapter and heads alone: the base is shared, unchanged and without moments', async () => {
    const base = tinyPolicy();
    const before = numbersOf(base.params);
    const model = addAdapter(base, { seed: 1, ...lora });
    const fresh = numbersOf(pickParams(model.params, isOfAdapter));
    const params = await (trainers[name] as Train)(model, { ...lora, maxSteps: 3 }, await tinyRun(out(`${name}-alone`))); // prettier-ignore
    expect(numbersOf(base.params)).toEqual(before);
    for (const [key, tensor] of Object.entries(params)) {
      if (isTrainedWithAdapter(key)) continue;
      // Another handle of the same numbers.
      expect(tensor.dataId, key).toBe(base.params[key]?.dataId);
    }
    expect(Object.keys(pickParams(params, isOfAdapter))).toEqual(Object.keys(fresh));
    for (const [key, values] of Object.entries(numbersOf(pickParams(params, isOfAdapter))))
      expect(values, key).not.toEqual(fresh[key]);
  });

  it('keeps a checkpoint of what is trained, and resumed from it ends with the numbers of an unbroken run', async () => {
    // Of the trainers that draw dropout, with it.
    const given = { ...lora, saveSteps: 1, ...(['sft', 'reward'].includes(name) && { loraDropout: 0.3 }) };
    const constant = { ...given, lrSchedulerType: 'constant' as const };
    const unbroken = await train(name, `${name}-unbroken`, { ...constant, maxSteps: 3 });
    await train(name, `${name}-broken`, { ...constant, maxSteps: 2 });
    const state = readSafetensors(join(out(`${name}-broken`), 'checkpoint-1', 'state.safetensors'));
    const saved = Object.keys(state).map((key) => key.replace(/^(params|m|v)\./, ''));
    expect(saved.filter((key) => !isTrainedWithAdapter(key))).toEqual([]);
    expect(saved.length).toBeGreaterThanOrEqual(3 * 2 * 14);
    const resumed = await train(name, `${name}-broken`, { ...constant, maxSteps: 3 }, true);
    expect(largestDifference(resumed, unbroken)).toBe(0);
    const losses = async (run: string) => (await metricsOf(run)).map(({ loss, grad_norm }) => [loss, grad_norm]); // prettier-ignore
    expect(await losses(`${name}-broken`)).toEqual(await losses(`${name}-unbroken`));
    // Another base.
    const other = tinyPolicy(2);
    await expect(train(name, `${name}-broken`, { ...constant, maxSteps: 4 }, true, other)).rejects.toThrow(
      /checkpoint-2.trainer.json: the adapter was trained on another base: model.embed_tokens.weight of the given model holds other numbers/,
    );
  });

  it('refuses a rank in the configuration of a model without an adapter', async () => {
    const config = { ...lora, maxSteps: 1 };
    const run = await tinyRun(out(`${name}-none`));
    await expect(async () => (trainers[name] as Train)(tinyPolicy(), config, run)).rejects.toThrow(
      `${name}: loraRank is 2, and the model has no adapter`,
    );
  });
});

describe('training an adapter', () => {
  it('lowers the loss of sft, reward and dpo', async () => {
    for (const name of ['sft', 'reward', 'dpo']) {
      await train(name, `${name}-long`, { ...lora, maxSteps: 30 });
      const rows = await metricsOf(`${name}-long`);
      const mean = (part: readonly MetricsRow[]) =>
        part.reduce((sum, { loss }) => sum + (loss as number), 0) / part.length;
      expect(mean(rows.slice(-5)), name).toBeLessThan(0.85 * mean(rows.slice(0, 2)));
    }
  });

  it('begins dpo at ln 2 and ppo at a divergence of 0: the reference is the base without the adapter', async () => {
    await train('dpo', 'dpo-start', { ...lora, maxSteps: 2 });
    expect((await metricsOf('dpo-start'))[0]?.['loss']).toBeCloseTo(Math.LN2, 6);
    await train('ppo', 'ppo-start', { ...lora, maxSteps: 2 });
    const kls = (await metricsOf('ppo-start')).map((row) => row['objective/kl'] as number);
    expect(Math.abs(kls[0] as number)).toBeLessThan(1e-5);
    expect(Math.abs(kls[1] as number)).toBeGreaterThan(1e-4);
  });

  it('goes on from an adapter that has learnt, with that as the reference', async () => {
    const base = tinyPolicy();
    const model = addAdapter(base, { seed: 1, ...lora });
    const params = await trainSft(model, demonstrations, sftConfig(lora), await tinyRun(out('first')));
    const before = numbersOf(params);
    await trainDpo({ ...model, params }, { pairs }, dpoConfig({ ...fast, maxSteps: 2 }), await tinyRun(out('second'))); // prettier-ignore
    expect(numbersOf(params)).toEqual(before);
    // Not the base's: those of the trained adapter.
    expect((await metricsOf('second'))[0]?.['loss']).toBeCloseTo(Math.LN2, 6);
  });

  it('with dropout differs from training without, and from another seed’s', async () => {
    const one = { ...lora, maxSteps: 2 };
    const runs = [one, { ...one, loraDropout: 0.3 }, { ...one, loraDropout: 0.3, seed: 2 }];
    const [none, some, other] = await Promise.all(
      runs.map(async (given, i) => {
        const model = addAdapter(tinyPolicy(), { ...given, seed: 1 });
        return trainSft(model, demonstrations, sftConfig(given), await tinyRun(out(`dropout-${i}`)));
      }),
    );
    expect(largestDifference(none as NamedTensors, some as NamedTensors)).toBeGreaterThan(1e-4);
    expect(largestDifference(some as NamedTensors, other as NamedTensors)).toBeGreaterThan(1e-4);
  });

  it('in parts is training whole', async () => {
    const parts = { ...lora, maxSteps: 2, gradientAccumulationSteps: 3 };
    const whole = await train('sft', 'whole', { ...lora, maxSteps: 2 });
    expect(largestDifference(await train('sft', 'parts', parts), whole)).toBeLessThan(5e-5);
  });

  it('holds no further numbers than moments and the adapter, step after step', async () => {
    const model = addAdapter(tinyPolicy(), { seed: 1, ...lora });
    const held: number[] = [];
    const trained = Object.values(pickParams(model.params, isOfAdapter)).reduce((sum, { size }) => sum + size, 0); // prettier-ignore
    const before = tf.memory();
    const afterStep = async () => {
      held.push(tf.memory().numBytes - before.numBytes);
      return undefined;
    };
    const config = grpoConfig({ ...fast, ...lora, maxSteps: 3 });
    await trainGrpo(model, { ...inputs, afterStep }, config, await tinyRun(out('held')));
    // Parameters and both moments, float32: the base has none of them.
    expect(held).toEqual(held.map(() => 3 * 4 * trained));
  });

  it('is told in no checkpoint of a model without one', async () => {
    const config = dpoConfig({ maxSteps: 2, saveSteps: 1 });
    await trainDpo(tinyPolicy(), { pairs }, config, await tinyRun(out('whole-model')));
    const trainer = readJson<object>(join(out('whole-model'), 'checkpoint-1', 'trainer.json'));
    expect(Object.keys(trainer)).toEqual(['step', 'updates', 'state', 'pending']);
    expect(readFileSync(join(out('whole-model'), 'metrics.jsonl'), 'utf8')).not.toContain('lora');
  });
});
