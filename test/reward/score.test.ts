import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runEagerly, setJit } from '../../lib/backend/jit';
import { InputError } from '../../lib/errors';
import { createRng } from '../../lib/random';
import { scoreBatch } from '../../lib/reward/batch';
import { rewardScorer, scoreRows, type RewardModels } from '../../lib/reward/score';
import { randomPairs, tinyModels } from './tiny-model';

const limits = { maxPromptTokens: 12, maxResponseTokens: 12 };

/** A tiny model with a random score head. */
function rewardModels(): RewardModels {
  const models = tinyModels();
  const head = tf.tensor2d(createRng(9).normals(8), [1, 8]);
  return { ...models, params: { ...models.params, 'score.weight': head } };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

afterEach(() => setJit(runEagerly));

describe('rewardScorer', () => {
  const inputs = randomPairs(12).map(({ promptId, prompt, chosen }) => ({
    promptId,
    prompt,
    response: chosen,
  }));

  it('gives a response the same score alone and in any batch, in the order asked', async () => {
    const models = rewardModels();
    const together = await rewardScorer(models, { ...limits, batchSize: 5 })(inputs);
    const scorer = rewardScorer(models, { ...limits, batchSize: 1 });
    for (const [i, input] of inputs.entries()) {
      const alone = (await scorer([input]))[0] as number;
      expect(Math.abs(alone - (together[i] as number))).toBeLessThan(1e-5);
    }
    expect(new Set(together).size).toBeGreaterThan(8);
  });

  it('reads the end-of-turn token of a finished response, and the last word of an unfinished one', async () => {
    const models = rewardModels();
    const [finished, unfinished] = await rewardScorer(models, { ...limits, batchSize: 2 })([
      { promptId: 'p', prompt: 'ab', response: 'cd' },
      { promptId: 'p', prompt: 'ab', response: 'cd', finished: false },
    ]);
    const read = (tokens: number[]): number =>
      scoreRows(models.params, models.config, scoreBatch([tokens], 1, limits, 1)).dataSync()[0] as number;
    expect(finished).toBeCloseTo(read([0, 2, 3, 4, 5, 1]), 6);
    expect(unfinished).toBeCloseTo(read([0, 2, 3, 4, 5]), 6);
    expect(finished).not.toBeCloseTo(unfinished as number, 3);
  });

  it('does not see what padding holds', () => {
    const { params, config } = rewardModels();
    const rows = [
      [0, 5, 6, 1],
      [0, 4, 3, 2, 9, 1],
    ];
    const read = (pad: number): number[] => [
      ...scoreRows(params, config, scoreBatch(rows, pad, limits, 2)).dataSync(),
    ];
    read(13).forEach((score, i) => expect(score).toBeCloseTo(read(1)[i] as number, 6));
  });

  it('gives the same scores where batches are filled up with rows of padding', async () => {
    const scorer = rewardScorer(rewardModels(), { ...limits, batchSize: 9 });
    const scores = await scorer(inputs);
    setJit(runEagerly, true);
    (await scorer(inputs)).forEach((score, i) => expect(score).toBeCloseTo(scores[i] as number, 6));
  });

  it('keeps no tensors, and scores nothing as nothing', async () => {
    const scorer = rewardScorer(rewardModels(), { ...limits, batchSize: 4 });
    await scorer(inputs);
    const { numTensors } = tf.memory();
    await scorer(inputs);
    expect(await scorer([])).toHaveLength(0);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('refuses a model without a score head, a row without tokens, and damaged weights', async () => {
    const models = rewardModels();
    expect(() => rewardScorer(tinyModels(), { ...limits, batchSize: 4 })).toThrow(/no score.weight/);
    const bare = { ...models, tokenizer: { ...models.tokenizer, renderPrompt: () => [] } };
    await expect(
      rewardScorer(bare, { ...limits, batchSize: 4 })([
        { promptId: 'p', prompt: '', response: '', finished: false },
      ]),
    ).rejects.toThrow(/input 0 has no tokens/);
    const params = { ...models.params, 'score.weight': tf.fill([1, 8], NaN) };
    const damaged = rewardScorer({ ...models, params }, { ...limits, batchSize: 4 });
    await expect(damaged(inputs)).rejects.toThrow(InputError);
    await expect(damaged(inputs)).rejects.toThrow(/score of input \d+ is NaN/);
  });
});
