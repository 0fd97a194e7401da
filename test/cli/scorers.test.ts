import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { chosenReward, isModelDirectory, resolveScorer, scorerFiles } from '../../lib/cli/scorers';
import { saveModel } from '../../lib/model/directory';
import { tinyModel } from '../evaluation/tiny-models';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-scorers-'));
const path = (name: string): string => join(folder, name);
const inputs = ['I love this wonderful day!', 'This is terrible and sad.'].map((response) => ({
  prompt: 'hello',
  response,
}));
const module = (name: string, text: string): string => {
  writeFileSync(path(name), text);
  return path(name);
};

beforeAll(async () => {
  await useEngine('cpu');
  const model = tinyModel(1);
  saveModel(path('policy'), model);
  const head = tf.tensor2d([Array.from({ length: 16 }, (_, i) => i - 8)]);
  saveModel(path('reward'), { ...model, params: { ...model.params, 'score.weight': head } });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('resolveScorer', () => {
  it('finds vader, which tells good words from bad ones', async () => {
    const [good, bad] = await (await resolveScorer('vader'))(inputs);
    expect(good).toBeGreaterThan(0.5);
    expect(bad).toBeLessThan(-0.5);
  });

  it('finds the reward model in a folder, one score a response', async () => {
    const scores = await (await resolveScorer(path('reward')))(inputs);
    expect(scores).toHaveLength(2);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(scores[0]).not.toBe(scores[1]);
  });

  it.each([
    ['esm.mjs', 'export default async (inputs) => inputs.map(({ response }) => response.length);'],
    ['common.cjs', 'module.exports = async (inputs) => inputs.map(({ response }) => response.length);'],
  ])('finds the default export of %s', async (name, text) => {
    const scores = await (await resolveScorer(module(name, text)))(inputs);
    expect([...scores]).toEqual(inputs.map(({ response }) => response.length));
  });

  it.each([
    [
      'an unknown name',
      () => 'vaderr',
      "unknown scorer 'vaderr': expected the folder of a reward model, vader, or",
    ],
    ['a folder without a model', () => folder, 'not a model directory (config.json is missing)'],
    ['a policy', () => path('policy'), 'the model has no score.weight; it is not a reward model'],
    ['a missing module', () => path('none.mjs'), 'none.mjs: cannot be loaded'],
    [
      'a module without a function',
      () => module('number.mjs', 'export default 3;'),
      'must export a function by default, got number',
    ],
  ])('refuses %s', async (_, spec, message) => {
    await expect(resolveScorer(spec())).rejects.toThrow(message);
  });

  it.each([
    ['few', '[1]', 'must return 2 finite numbers, got 1'],
    ['nan', '[1, 0 / 0]', 'must return 2 finite numbers, got NaN as number 2'],
  ])('holds a module to one finite number a response (%s)', async (name, scores, message) => {
    const scorer = await resolveScorer(module(`${name}.mjs`, `export default async () => ${scores};`));
    await expect(scorer(inputs)).rejects.toThrow(message);
  });
});

describe('chosenReward', () => {
  it('takes either flag, and refuses both at once or a reward model that is no folder', () => {
    expect(chosenReward('ppo', { reward: 'vader' })).toBe('vader');
    expect(chosenReward('ppo', { rewardModel: path('reward') })).toBe(path('reward'));
    expect(chosenReward('ppo', {})).toBeUndefined();
    expect(() => chosenReward('ppo', { reward: 'vader', rewardModel: path('reward') })).toThrow(
      'ppo: --reward-model and --reward name one scorer: give one of them',
    );
    expect(() => chosenReward('dpo', { rewardModel: path('none') })).toThrow(
      'dpo: --reward-model must be a model directory, got',
    );
  });
});

describe('scorerFiles', () => {
  it('names what a manifest can hash: folders and modules that are there, not vader', () => {
    expect(scorerFiles(path('reward'))).toEqual([path('reward')]);
    for (const spec of ['vader', path('none'), undefined]) expect(scorerFiles(spec)).toEqual([]);
    expect(isModelDirectory('vader')).toBe(false);
  });
});
