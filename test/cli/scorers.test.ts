import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import {
  chosenReward,
  isModelDirectory,
  resolveReward,
  resolveScorer,
  rewardFiles,
  scorerFiles,
} from '../../lib/cli/scorers';
import { saveModel } from '../../lib/model/directory';
import type { ScoresInParts } from '../../lib/types';
import { tinyModel } from '../evaluation/tiny-models';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-scorers-'));
const path = (name: string): string => join(folder, name);
const inputs = ['I love this wonderful day!', 'This is terrible and sad.'].map((response) => ({
  promptId: 'p',
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
    ['few', '[1]', "the score of response 2 (prompt 'p') must be a finite number, got nothing"],
    ['nan', '[1, 0 / 0]', "response 2 (prompt 'p') must be a finite number, got NaN"],
    ['null', '[1, null]', "response 2 (prompt 'p') must be a finite number, got null"],
    ['true', '[true, 1]', "response 1 (prompt 'p') must be a finite number, got true"],
    ['text', "[1, '']", 'response 2 (prompt \'p\') must be a finite number, got ""'],
    ['nothing', 'undefined', 'must give a list of 2 numbers, got nothing'],
  ])('holds a module to one finite number per response (%s)', async (name, scores, message) => {
    const path = module(`${name}.mjs`, `export default async () => ${scores};`);
    await expect((await resolveScorer(path))(inputs)).rejects.toThrow(message);
    await expect((await resolveScorer(path))(inputs)).rejects.toThrow(`scorer ${path}`);
  });

  it('says in one line why a module failed, and on which responses', async () => {
    const path = module(
      'down.cjs',
      "module.exports = async () => { throw new Error('judge down\\nsecond line'); };",
    );
    await expect((await resolveScorer(path))(inputs)).rejects.toThrow(
      `scorer ${path} failed on response 1 (prompt 'p') to 2: judge down second line`,
    );
  });

  it('lets a module see the whole record of the prompt', async () => {
    const text =
      'export default async (rows) => rows.map((r) => Number(r.response === r.referenceAnswer) + r.metadata.bonus);';
    const scorer = await resolveScorer(module('rule.mjs', text));
    const row = { promptId: 'p', prompt: '1 + 1', referenceAnswer: '2', metadata: { bonus: 0.5 } };
    expect([
      ...(await scorer([
        { ...row, response: '2' },
        { ...row, response: '3' },
      ])),
    ]).toEqual([1.5, 0.5]);
  });
});

const none = { ensemblePenalty: 0 };

describe('chosenReward', () => {
  it('takes either flag, and refuses both at once or a reward model that is no folder', () => {
    const names = (flags: object) => chosenReward('ppo', { ...none, ...flags })?.scorers;
    expect(names({ reward: 'vader' })).toEqual(['vader']);
    expect(names({ rewardModel: path('reward') })).toEqual([path('reward')]);
    expect(names({})).toBeUndefined();
    expect(() => names({ reward: 'vader', rewardModel: path('reward') })).toThrow(
      'ppo: --reward-model and --reward name one scorer: give one of them',
    );
    expect(() => names({ rewardModel: path('none') })).toThrow(
      'ppo: --reward-model must be a model directory, got',
    );
  });

  it('takes several reward models as an ensemble, and refuses flags that do not fit', () => {
    const both = `${path('reward')},${path('policy')}`;
    const chosen = chosenReward('rloo', { rewardModel: both, ensemblePenalty: 0.5 });
    expect(chosen).toEqual({ scorers: [path('reward'), path('policy')], ensemblePenalty: 0.5 });
    expect(rewardFiles(chosen)).toEqual([path('reward'), path('policy')]);
    expect(() => chosenReward('rloo', { rewardModel: path('reward'), ensemblePenalty: 0.5 })).toThrow(
      'rloo: --ensemble-penalty is for two or more directories in --reward-model, got 1',
    );
    expect(() =>
      chosenReward('rloo', { rewardModel: `${both},${path('none')}`, ensemblePenalty: 0 }),
    ).toThrow(`must be a model directory, got '${path('none')}'`);
    expect(() => chosenReward('rloo', { ...none, reward: 'vader', rewardWeights: 'helpful=1' })).toThrow(
      "rloo: --reward-weights is for reward models, got 'vader'",
    );
  });
});

describe('resolveReward', () => {
  it('makes one scorer of several reward models, which tells their disagreement', async () => {
    const model = tinyModel(2);
    const head = tf.tensor2d([Array.from({ length: 16 }, (_, i) => 8 - i)]);
    saveModel(path('other'), { ...model, params: { ...model.params, 'score.weight': head } });
    const scorers = [path('reward'), path('other')];
    const [first, second] = await Promise.all(
      scorers.map(async (spec) => (await resolveScorer(spec))(inputs)),
    );
    const ensemble = await resolveReward({ scorers, ensemblePenalty: 2 });
    const { scores, parts } = (await ensemble.inParts?.(inputs)) as ScoresInParts;
    inputs.forEach((_, i) => {
      const [a, b] = [first?.[i] as number, second?.[i] as number];
      const spread = Math.abs(a - b) / 2;
      expect(spread).toBeGreaterThan(0);
      expect(parts['disagreement']?.[i]).toBeCloseTo(spread, 4);
      expect(scores[i]).toBeCloseTo((a + b) / 2 - 2 * spread, 4);
    });
  });

  it('gives a reward model of several criteria the weights asked for', async () => {
    const model = tinyModel(1);
    const head = tf.tensor2d(
      Array.from({ length: 2 }, (_, k) => Array.from({ length: 16 }, (_, i) => (k + 1) * i)),
    );
    const scoreCriteria = [
      { name: 'helpful', weight: 1 },
      { name: 'harmless', weight: 3 },
    ];
    saveModel(path('two'), {
      ...model,
      config: { ...model.config, scoreCriteria },
      params: { ...model.params, 'score.weight': head },
    });
    const of = async (rewardWeights?: string) => {
      const chosen = {
        scorers: [path('two')],
        ensemblePenalty: 0,
        ...(rewardWeights !== undefined && { rewardWeights }),
      };
      return (await (await resolveReward(chosen))(inputs))[0] as number;
    };
    const helpful = await of('helpful=1');
    expect(await of('harmless=0.2')).toBeCloseTo(2 * helpful, 4);
    expect(await of()).toBeCloseTo((helpful + 3 * 2 * helpful) / 4, 4);
    await expect(of('fluent=1')).rejects.toThrow(
      "'fluent=1' must be name=weight with a name of helpful, harmless",
    );
  });
});

describe('scorerFiles', () => {
  it('names what a manifest can hash: folders and modules that are there, not vader', () => {
    expect(scorerFiles(path('reward'))).toEqual([path('reward')]);
    for (const spec of ['vader', path('none')]) expect(scorerFiles(spec)).toEqual([]);
    expect(isModelDirectory('vader')).toBe(false);
  });
});
