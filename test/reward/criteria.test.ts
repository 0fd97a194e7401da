import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readJsonLines } from '../../lib/files';
import type { RewardConfig } from '../../lib/reward/config';
import {
  configuredCriteria,
  criterionLoss,
  rewardModelConfig,
  shares,
  weighCriteria,
} from '../../lib/reward/criteria';
import { rewardScorer } from '../../lib/reward/score';
import { criterionScorecards } from '../../lib/reward/scorecard/criteria';
import { pairInputs, scoredPairs } from '../../lib/reward/scorecard/score-pairs';
import { splitPairs } from '../../lib/reward/split';
import { initRewardParams, trainReward } from '../../lib/reward/trainer';
import type { MetricsRow } from '../../lib/train/metrics';
import type { PreferencePair } from '../../lib/types';
import { gradientError } from '../model/tiny';
import { randomPairs, rewardConfig, tinyModels, tinyRun } from './tiny-model';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const models = tinyModels();
const limits = { maxPromptTokens: 12, maxResponseTokens: 12, batchSize: 16 };

/** More a's are helpful, fewer n's harmless; the pair's own verdict is that on a's. Every third pair has no verdict on n's. */
const pairs: PreferencePair[] = randomPairs(240).map((pair, i) => {
  const count = (text: string): number => text.split('n').length;
  const difference = count(pair.rejected) - count(pair.chosen);
  const harmless = difference === 0 ? 'tie' : difference > 0 ? 'chosen' : 'rejected';
  return { ...pair, verdicts: { helpful: 'chosen', ...(i % 3 > 0 && { harmless }) } };
});

describe('configuredCriteria', () => {
  const of = (given: Partial<RewardConfig>) => configuredCriteria(rewardConfig(given));

  it('reads names and weights; without names there is one score', () => {
    expect(of({})).toBeUndefined();
    expect(rewardModelConfig(models.config, rewardConfig())).toBe(models.config);
    expect(of({ criteria: 'helpful, harmless' })).toEqual([
      { name: 'helpful', weight: 1 },
      { name: 'harmless', weight: 1 },
    ]);
    expect(of({ criteria: 'a,b,c', criterionWeights: 'c=0.5, a=2' })).toEqual([
      { name: 'a', weight: 2 },
      { name: 'b', weight: 0 },
      { name: 'c', weight: 0.5 },
    ]);
  });

  it.each([
    ['reward: criteria must be different names with commas between them', { criteria: 'a,a' }],
    ['reward: criteria must be different names', { criteria: 'a,,b' }],
    ['reward: criterionWeights is for reward models with criteria', { criterionWeights: 'a=1' }],
    ['reward: useMargin is for reward models of one score', { criteria: 'a,b', useMargin: true }],
    ['reward: lengthCovariate is for', { criteria: 'a,b', lengthCovariate: true }],
    ["'c=1' must be name=weight with a name of a, b", { criteria: 'a,b', criterionWeights: 'c=1' }],
    ["the weight of a must be a number ≥ 0, got 'x'", { criteria: 'a,b', criterionWeights: 'a=x' }],
    ["the weight of b must be a number ≥ 0, got '-1'", { criteria: 'a,b', criterionWeights: 'b=-1' }],
    ['at least one weight must be above 0', { criteria: 'a,b', criterionWeights: 'a=0' }],
  ])('refuses: %s', (message, given) => {
    expect(() => of(given)).toThrow(message);
  });
});

describe('criterionLoss', () => {
  const int = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
  const criteria = [
    { name: 'helpful', weight: 3 },
    { name: 'harmless', weight: 1 },
  ];
  // Three responses: r0 against r1, and r2 against r1; on harmless r1 is better than r0, and nothing is said of the second.
  const batches = [
    { better: int(0, 2), worse: int(1, 1), decided: tf.tensor1d([1, 1]), count: tf.scalar(2) },
    { better: int(1, 2), worse: int(0, 1), decided: tf.tensor1d([1, 0]), count: tf.scalar(1) },
  ];
  const options = {
    scoreL2Coefficient: 0,
    centerRewardsCoefficient: 0,
    count: tf.scalar(2),
    weights: tf.ones<tf.Rank.R1>([2]),
  };
  const scored = tf.tensor2d([[1, 0.5], [0, -0.5], [0.25, 9]]); // prettier-ignore

  it('is the weighted mean of the pairwise losses, each over all pairs, of the decided ones alone', () => {
    const softplus = (x: number): number => Math.log(1 + Math.exp(x));
    const helpful = (softplus(-1) + softplus(-0.25)) / 2;
    const harmless = softplus(1) / 2;
    const { loss, accuracies } = criterionLoss(scored, batches, criteria, options);
    expect(loss.dataSync()[0]).toBeCloseTo(0.75 * helpful + 0.25 * harmless, 6);
    expect(accuracies.map((accuracy) => accuracy.dataSync()[0])).toEqual([1, 0]);
  });

  it('has the gradients of central differences, none from pairs without a verdict', () => {
    const lossOf = (x: tf.Tensor) =>
      criterionLoss(x as tf.Tensor2D, batches, criteria, {
        ...options,
        weights: tf.tensor1d([1, 2]),
        scoreL2Coefficient: 0.1,
      }).loss;
    expect(gradientError(lossOf, [scored])).toBeLessThan(1e-3);
    expect(tf.grad(lossOf)(scored).arraySync()).toMatchObject([{}, {}, { 1: 0 }]);
  });
});

describe('a reward model of two criteria', () => {
  const given = { criteria: 'helpful,harmless', learningRate: 2e-2, evalSteps: 60, loggingSteps: 60 };

  async function trained(change: Partial<RewardConfig> = {}) {
    const config = rewardConfig({ ...given, maxSteps: 60, ...change });
    const run = await tinyRun();
    const split = splitPairs(pairs, config, models.tokenizer);
    const params = await trainReward(models, split, config, run);
    const rows = await readJsonLines<MetricsRow>(run.file('metrics.jsonl'));
    return { rows, split, model: { ...models, config: rewardModelConfig(models.config, config), params } };
  }

  it('learns both, scores with weights that change after training, and has a scorecard for each', async () => {
    const { rows, split, model } = await trained();
    const row = rows.at(-1);
    expect(model.params['score.weight']?.shape).toEqual([2, 8]);
    expect(row?.['eval_accuracy/helpful']).toBeGreaterThan(0.8);
    expect(row?.['eval_accuracy/harmless']).toBeGreaterThan(0.8);
    expect(row).toHaveProperty('eval_accuracy');
    expect(Object.keys(row ?? {}).filter((key) => key.includes('right'))).toEqual([]);

    const inputs = [
      { promptId: 'p', prompt: 'bcd', response: 'aaaa' },
      { promptId: 'p', prompt: 'bcd', response: 'nnnn' },
      { promptId: 'p', prompt: 'bcd', response: 'aann' },
    ];
    const score = async (rewardWeights?: string) =>
      rewardScorer(model, { ...limits, ...(rewardWeights !== undefined && { rewardWeights }) })(inputs);
    const [helpful, harmless, both] = [await score('helpful=1'), await score('harmless=2'), await score()];
    both.forEach((value, i) =>
      expect(value).toBeCloseTo(((helpful[i] as number) + (harmless[i] as number)) / 2, 5),
    );
    expect(helpful[0]).toBeGreaterThan(helpful[1] as number);
    expect(harmless[0]).toBeGreaterThan(harmless[2] as number);
    const parts = await rewardScorer(model, limits).inParts?.(inputs);
    expect(Object.keys(parts?.parts ?? {})).toEqual(['helpful', 'harmless']);
    expect(parts?.parts['harmless']).toEqual(harmless);

    const scored = await rewardScorer(model, limits).inParts?.(pairInputs(split.heldOut));
    const lengthOf = (text: string): number => text.length;
    const cards = criterionScorecards(
      split.heldOut,
      scoredPairs(split.heldOut, scored?.scores as Float32Array, lengthOf),
      scored?.parts ?? {},
    );
    expect(Object.keys(cards)).toEqual(['helpful', 'harmless']);
    expect(cards['helpful']?.accuracy.accuracy).toBeCloseTo(row?.['eval_accuracy/helpful'] as number, 6);
    expect(cards['harmless']?.accuracy.accuracy).toBeCloseTo(row?.['eval_accuracy/harmless'] as number, 6);
    const decided = split.heldOut.filter(({ verdicts }) => (verdicts?.['harmless'] ?? 'tie') !== 'tie');
    expect(cards['harmless']?.accuracy.n).toBe(decided.length);
  }, 60_000);

  it('computes the same in one batch as in parts, and keeps no tensors', async () => {
    const few = { maxSteps: 3, evalSteps: 3, loggingSteps: 1, scoreL2Coefficient: 0.1 };
    const whole = await trained(few);
    tf.dispose(whole.model.params);
    const { numTensors } = tf.memory();
    const parts = await trained({ ...few, gradientAccumulationSteps: 4 });
    tf.dispose(parts.model.params);
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const key of ['loss', 'accuracy', 'margin', 'eval_loss', 'eval_accuracy/harmless'])
      expect(parts.rows.at(-1)?.[key], key).toBeCloseTo(whole.rows.at(-1)?.[key] as number, 4);
  });

  it('learns one criterion as one score does from pairs with that verdict', async () => {
    const few = { maxSteps: 3, evalSteps: 3, loggingSteps: 1 };
    const { rows } = await trained({ ...few, criteria: 'overall' });
    const config = rewardConfig({ ...given, ...few });
    const plain = { ...config, criteria: undefined } as unknown as RewardConfig;
    const run = await tinyRun();
    await trainReward(models, splitPairs(pairs, plain, models.tokenizer), plain, run);
    const scalar = await readJsonLines<MetricsRow>(run.file('metrics.jsonl'));
    for (const key of ['loss', 'accuracy', 'margin', 'grad_norm', 'eval_loss'])
      expect(rows.at(-1)?.[key], key).toBeCloseTo(scalar.at(-1)?.[key] as number, 6);
  });

  it('refuses a criterion without verdicts, and a head of other criteria', async () => {
    await expect(trained({ criteria: 'helpful,fluent' })).rejects.toThrow(
      /none of \d+ training pairs has a verdict on criterion 'fluent'/,
    );
    const two = { ...models.params, 'score.weight': tf.zeros([2, 8]) };
    const criteria = weighCriteria('test', [{ name: 'a', weight: 1 }, { name: 'b', weight: 1 }], 'a=1,b=3'); // prettier-ignore
    expect(shares(criteria)).toEqual([0.25, 0.75]);
    expect(() => initRewardParams(two, { ...models.config, scoreCriteria: criteria })).toThrow(
      "the model's score head has a, b, the run asks for one score",
    );
    expect(() => rewardScorer({ ...models, params: two }, limits)).toThrow(
      'score.weight must have a row for each of 1 criteria, got 2',
    );
    const one = { ...models, params: { ...models.params, 'score.weight': tf.zeros([1, 8]) } };
    expect(() => rewardScorer(one, { ...limits, rewardWeights: 'a=1' })).toThrow(
      'rewardWeights is for reward models of several criteria',
    );
  });
});
