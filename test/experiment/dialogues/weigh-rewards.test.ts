import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { readExperiment } from '../../../lib/experiment/config';
import { gridOf } from '../../../lib/experiment/grid';
import { weighStage } from '../../../lib/experiment/dialogues/weigh-rewards';
import { createFlow } from '../../../lib/flow/flow';
import { modelFolder } from '../../../lib/flow/formats';
import { givenInput } from '../../../lib/flow/input';
import { runFlow } from '../../../lib/flow/run';
import { openStore } from '../../../lib/flow/store';
import { loadModel, saveModel } from '../../../lib/model/directory';
import { createRng } from '../../../lib/random';
import { rewardScorer } from '../../../lib/reward/score';
import { disposeTree } from '../../../lib/tensor/pytree';
import { labelsBehind } from '../../support/condition-stages';
import { saveTinyModel } from '../../support/tiny-model';
import { writeTinyExperiment, type TinyExperiment } from '../../support/tiny-experiment';

const root = mkdtempSync(join(tmpdir(), 'weigh-rewards-'));
const out = (path: string): string => join(root, path);

beforeAll(() => useEngine('cpu'));
afterAll(() => rmSync(root, { recursive: true }));

const names = ['helpful', 'harmless'];
const inputs = ['a', 'b', 'ab', 'ba'].map((response) => ({ promptId: 'p', prompt: 'a', response }));
const limits = { maxPromptTokens: 8, maxResponseTokens: 8, batchSize: 4 };

describe('weighStage', () => {
  it('changes how the scores of criteria add up, and nothing else', async () => {
    saveTinyModel(out('language-model'));
    const model = loadModel(out('language-model'));
    const head = tf.tensor2d(createRng(3).normals(2 * model.config.hiddenSize), [2, model.config.hiddenSize]);
    saveModel(out('reward/model'), {
      ...model,
      params: { ...model.params, 'score.weight': head },
      config: { ...model.config, scoreCriteria: names.map((name) => ({ name, weight: 1 })) },
    });
    disposeTree([model.params, head]);

    const flow = createFlow({ module: __filename, config: {} });
    const given = givenInput(__filename, { path: out('reward/model') }, modelFolder);
    const { node } = flow.add(weighStage, { model: given }, { rewardWeights: 'helpful=1,harmless=3' });
    await runFlow([node], { store: openStore({ kind: 'run', root, engine: 'cpu' }), onFailure: 'stop' });
    const weighed = loadModel(out('reward-weighed/model'));
    const scored = await rewardScorer(weighed, limits).inParts?.(inputs);
    const trained = loadModel(out('reward/model'));
    const before = await rewardScorer(trained, limits).inParts?.(inputs);
    disposeTree([weighed.params, trained.params]);
    if (scored === undefined || before === undefined) throw new Error('a model of two criteria has parts');
    expect(scored.parts).toEqual(before.parts);
    inputs.forEach((_, i) => {
      const [helpful, harmless] = names.map((name) => scored.parts[name]?.[i] as number) as [number, number];
      expect(before.scores[i]).toBeCloseTo((helpful + harmless) / 2, 5);
      expect(scored.scores[i]).toBeCloseTo((helpful + 3 * harmless) / 4, 5);
    });
  });
});

describe('experiment 11', () => {
  it('trains two reward models a seed, and scores with four', () => {
    const experiment = readExperiment(join(__dirname, '../../../experiments/11-guidelines'));
    const runs = gridOf({ ...experiment, seeds: [1] }, join(root, 'store'), 'cpu');
    const labels = labelsBehind(runs);
    // The scalar one and the one of several criteria, which is weighed in three ways.
    expect(labels.filter((label) => label === 'reward')).toHaveLength(2);
    expect(labels.filter((label) => label === 'reward-weighed')).toHaveLength(3);
  });
});

describe('weights changed after training', () => {
  const criteria = { 'reward.criteria': 'helpful,harmless', 'reward.lengthCovariate': false };
  const grid = (axes: Record<string, Record<string, object>>) =>
    gridOf(
      readExperiment(writeTinyExperiment(join(root, 'experiment'), { axes, seeds: [1] } as TinyExperiment)),
      join(root, 'store'),
      'cpu',
    );

  it('train no model again: only what scores with them differs', () => {
    const runs = grid({
      weights: {
        equal: { ...criteria, rewardWeights: 'helpful=1,harmless=1' },
        harmless: { ...criteria, rewardWeights: 'helpful=1,harmless=4' },
      },
    });
    const labels = labelsBehind(runs);
    const count = (name: string): number => labels.filter((other) => other === name).length;
    expect(count('reward')).toBe(1);
    expect(count('reward-weighed')).toBe(2);
    expect(count('scorecards')).toBe(2);
    expect(count('best-of-n')).toBe(1);
  });

  it.each([
    [{ rewardWeights: 'helpful=1' }, /rewardWeights is for reward models of several criteria/],
    [{ ...criteria, rewardWeights: 'kind=1' }, /rewardWeights: 'kind=1' must be name=weight with a name of/],
    [{ ...criteria, rewardWeights: 'helpful=-1' }, /the weight of helpful must be a number ≥ 0, got '-1'/],
    [{ ...criteria, rewardWeights: 4 }, /'rewardWeights' must be a string, got 4/],
    [
      { 'reward.criteria': 'helpful', 'reward.lengthCovariate': true },
      /lengthCovariate is for reward models of one score/,
    ],
  ])('are refused before anything runs where they cannot be: %o', (settings, message) => {
    expect(() => grid({ weights: { some: settings } })).toThrow(message);
    expect(() => grid({ weights: { some: settings } })).toThrow(/^experiment experiment, weights=some: /);
  });
});
