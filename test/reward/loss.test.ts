import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { createRng } from '../../lib/random';
import { batch } from '../../lib/reward/batch';
import type { RewardConfig } from '../../lib/reward/config';
import { trainedCriteria } from '../../lib/reward/criteria';
import { loss, report } from '../../lib/reward/loss';
import { rewardRows, type RewardRow } from '../../lib/reward/rows';
import { initRewardParams } from '../../lib/reward/trainer';
import { meanMetrics, readMetrics, type LossAndMetrics } from '../../lib/train/metrics';
import { randomPairs, rewardConfig, tinyModels } from './tiny-model';

beforeAll(() => useEngine('cpu'));
const { params, config: model, tokenizer } = tinyModels();
const head = (K: number) => tf.tensor2d(createRng(3).normals(8 * K), [K, 8]);

const pairs = randomPairs(6).map((pair, i) => ({
  ...pair,
  verdicts: { own: i % 3 === 0 ? 'tie' : i % 2 === 0 ? 'chosen' : 'rejected' } as const,
}));
function setUp(given: Partial<RewardConfig>) {
  const config = rewardConfig(given);
  const criteria = trainedCriteria(config);
  const rows = rewardRows({ training: pairs, heldOut: [] }, tokenizer, config, criteria).training;
  const weights = { ...params, 'score.weight': head(criteria.length) };
  return { config, rows, weights };
}
const numbersOf = ({ loss: value, metrics }: LossAndMetrics) =>
  meanMetrics([readMetrics({ loss: value, ...metrics })]);

describe('loss', () => {
  const lossOf = (given: Partial<RewardConfig>, cut?: [number, number], lengthSlope = 0) => {
    const { config, rows, weights } = setUp(given);
    const part = rows.slice(...(cut ?? [0])) as RewardRow[];
    return numbersOf(
      loss(weights, batch(part, rows, 1, config, model.hiddenSize, lengthSlope), model, config),
    );
  };

  it('of a fresh head is ln 2, with a margin m it is softplus(m)', () => {
    const { config, rows } = setUp({ useMargin: true });
    const fresh = initRewardParams(params, model);
    const of = (useMargin: boolean) =>
      numbersOf(loss(fresh, batch(rows, rows, 1, config, model.hiddenSize), model, { ...config, useMargin }))[
        'loss'
      ];
    expect(of(false)).toBeCloseTo(Math.LN2, 6);
    expect(of(true)).toBeCloseTo(Math.log(1 + Math.exp(0.2)), 5);
  });

  it('adds γ times the difference in length to the gap, and says what γ is fitted by', () => {
    const [without, with_] = [
      lossOf({ lengthCovariate: true, maxSteps: 1 }),
      lossOf({ lengthCovariate: true, maxSteps: 1 }, undefined, 0.5),
    ];
    expect(without).toHaveProperty('length_gradient');
    expect(with_['loss']).not.toBeCloseTo(without['loss'] as number, 3);
    // The scores themselves are the same.
    expect(with_['margin']).toBe(without['margin']);
  });

  it.each([
    ['one score', { lengthCovariate: true, useMargin: true }],
    ['two criteria', { criteria: 'own,overall' }],
  ])('of the parts of a step adds up to that of the whole (%s)', (_, given) => {
    const [whole, first, second] = [lossOf(given), lossOf(given, [0, 2]), lossOf(given, [2, 6])];
    for (const key of Object.keys(whole)) {
      const [a, b] = [first[key] as number, second[key] as number];
      const expected = key === 'min_reward' ? Math.min(a, b) : key === 'max_reward' ? Math.max(a, b) : a + b;
      expect(whole[key], key).toBeCloseTo(expected, 5);
    }
  });
});

describe('report', () => {
  it('has the accuracy of the criteria asked for, over the pairs with a verdict, and nothing of the fit of length', () => {
    const { config, rows, weights } = setUp({ criteria: 'own,overall' });
    const all = batch(rows, rows, 1, config, model.hiddenSize);
    const numbers = numbersOf(report(weights, all, model, config, ['own']));
    expect(numbers).not.toHaveProperty('accuracy/overall');
    expect([0, 0.25, 0.5, 0.75, 1]).toContainEqual(numbers['accuracy/own']);
    expect(numbers['loss']).toBeCloseTo(numbersOf(loss(weights, all, model, config))['loss'] as number, 6);
    const one = setUp({ lengthCovariate: true });
    const reported = report(
      one.weights,
      batch(one.rows, one.rows, 1, one.config, model.hiddenSize),
      model,
      one.config,
      [],
    );
    expect(Object.keys(reported.metrics).sort()).toEqual(
      ['accuracy', 'margin', 'max_reward', 'mean_reward', 'min_reward'].sort(),
    );
  });
});
