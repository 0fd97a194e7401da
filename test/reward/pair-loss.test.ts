import { existsSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readJson } from '../../lib/files';
import { createRng } from '../../lib/random';
import { rewardLoss, type RewardLossOptions } from '../../lib/reward/pair-loss';

interface Numbers {
  margins?: number[];
  weights?: number[];
  scoreL2Coefficient?: number;
  centerRewardsCoefficient?: number;
}

function options({ margins, weights, ...coefficients }: Numbers): RewardLossOptions {
  return {
    ...coefficients,
    ...(margins && { margins: tf.tensor1d(margins) }),
    ...(weights && { weights: tf.tensor1d(weights) }),
  };
}

/** The loss on plain numbers. */
function lossOf(chosen: number[], rejected: number[], numbers: Numbers = {}): number {
  return tf.tidy(() =>
    rewardLoss(tf.tensor1d(chosen), tf.tensor1d(rejected), options(numbers)).loss.dataSync(),
  )[0] as number;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('rewardLoss', () => {
  it('is ln 2 when all scores are equal', () => {
    expect(lossOf([0, 0, 0], [0, 0, 0])).toBeCloseTo(Math.LN2, 7);
    expect(lossOf([3, -2], [3, -2])).toBeCloseTo(Math.LN2, 7);
  });

  it('equals numbers worked by hand', () => {
    // softplus(−1) = ln(1 + e⁻¹)
    expect(lossOf([2], [1])).toBeCloseTo(0.3132617, 6);
    // one pair right by 1, one wrong by 1: (0.3132617 + 1.3132617) / 2
    expect(lossOf([2, 0], [1, 1])).toBeCloseTo(0.8132617, 6);
    // 0.3132617 + 0.1·(4 + 1) + 0.01·(2 + 1)²
    expect(lossOf([2], [1], { scoreL2Coefficient: 0.1, centerRewardsCoefficient: 0.01 })).toBeCloseTo(
      0.9032617,
      6,
    );
  });

  it('changes by the gap when the sides are swapped: L(l, w) − L(w, l) = r_w − r_l', () => {
    expect(lossOf([0.3], [1.7]) - lossOf([1.7], [0.3])).toBeCloseTo(1.4, 6);
  });

  it('subtracts the margin from the gap', () => {
    expect(lossOf([2], [1], { margins: [0.4] })).toBeCloseTo(lossOf([0.6], [0]), 6);
  });

  it('counts a pair of weight 2 as the same pair twice, priors included', () => {
    const coefficients = { scoreL2Coefficient: 0.05, centerRewardsCoefficient: 0.02 };
    const weighted = lossOf([1, -0.5], [0.2, 0.7], { ...coefficients, weights: [2, 0] });
    const twice = lossOf([1, 1], [0.2, 0.2], coefficients);
    expect(weighted).toBeCloseTo(twice, 6);
  });

  it('stays finite for gaps that overflow the exponential', () => {
    expect(lossOf([-500], [500])).toBeCloseTo(1000, 3);
    expect(lossOf([500], [-500])).toBe(0);
  });

  it('has the gradient of central differences', () => {
    const rng = createRng(3);
    const chosen = Array.from({ length: 5 }, () => rng.normal());
    const rejected = Array.from({ length: 5 }, () => rng.normal());
    const numbers: Numbers = {
      margins: [0.1, 0, 0.5, -0.2, 0.3],
      weights: [1, 2, 0.5, 0, 1.5],
      scoreL2Coefficient: 0.03,
      centerRewardsCoefficient: 0.07,
    };
    const gradients = tf.grads(
      (w: tf.Tensor, l: tf.Tensor) => rewardLoss(w as tf.Tensor1D, l as tf.Tensor1D, options(numbers)).loss,
    )([tf.tensor1d(chosen), tf.tensor1d(rejected)]);
    const h = 1e-2;
    for (const [side, values] of [chosen, rejected].entries()) {
      const exact = gradients[side]?.dataSync() as Float32Array;
      values.forEach((value, i) => {
        const at = (x: number): number => {
          const moved = values.with(i, x);
          return side === 0 ? lossOf(moved, rejected, numbers) : lossOf(chosen, moved, numbers);
        };
        expect(exact[i]).toBeCloseTo((at(value + h) - at(value - h)) / (2 * h), 4);
      });
    }
  });

  it('reports accuracy with ties as wrong, the mean gap, and the spread of all scores', () => {
    const result = rewardLoss(tf.tensor1d([2, 1, 0, 5]), tf.tensor1d([1, 1, 3, -1]));
    const read = (scalar: tf.Scalar): number => scalar.dataSync()[0] as number;
    expect(read(result.accuracy)).toBeCloseTo(0.5, 6);
    expect(read(result.margin)).toBeCloseTo(1, 6);
    expect(read(result.meanReward)).toBeCloseTo(1.5, 6);
    expect(read(result.minReward)).toBe(-1);
    expect(read(result.maxReward)).toBe(5);
  });

  it('adds up over microbatches to the value of the whole batch', () => {
    const [chosen, rejected] = [
      [1, -1, 0.5, 2],
      [0, 0.3, 0.4, -2],
    ];
    const count = tf.scalar(4);
    const part = (from: number): number =>
      rewardLoss(tf.tensor1d(chosen.slice(from, from + 2)), tf.tensor1d(rejected.slice(from, from + 2)), {
        scoreL2Coefficient: 0.01,
        count,
      }).loss.dataSync()[0] as number;
    expect(part(0) + part(2)).toBeCloseTo(lossOf(chosen, rejected, { scoreL2Coefficient: 0.01 }), 6);
  });
});

interface ParityCase extends Numbers {
  name: string;
  chosen: number[];
  rejected: number[];
  loss: number;
}

const fixture = path.join(__dirname, '../parity/reward-loss.json');

describe.skipIf(!existsSync(fixture))('rewardLoss beside TRL (test/parity/reward-loss.json)', () => {
  it('equals every case of the fixture to 1e-5', () => {
    const { cases } = readJson<{ cases: ParityCase[] }>(fixture);
    expect(cases.length).toBeGreaterThan(0);
    for (const { name, chosen, rejected, loss, ...numbers } of cases) {
      expect(Math.abs(lossOf(chosen, rejected, numbers) - loss), name).toBeLessThan(1e-5);
    }
  });
});
