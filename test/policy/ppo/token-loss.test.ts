import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { ppoPolicyLoss, ppoValueLoss } from '../../../lib/policy/ppo/token-loss';
import { gradientError } from '../../model/tiny';

beforeAll(() => useEngine('cpu'));

const row = (...values: number[]): tf.Tensor2D => tf.tensor2d([values]);
const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

describe('both losses', () => {
  it('have the gradients of central differences, inside and outside of the clip range', () => {
    const old = row(0, 0, 0, 0, 0, 0);
    const signs = row(1.5, -1, 2, -0.5, 1, -2);
    // Ratios 1.11, 0.9, 1.65, 0.55, 0.55, 1.65: away from the kinks at 0.8 and 1.2.
    const logprobs = row(0.1, -0.1, 0.5, -0.6, -0.6, 0.5);
    const policyError = gradientError(
      (x) => ppoPolicyLoss(x as tf.Tensor2D, old, signs, 0.2).loss,
      [logprobs],
    );
    expect(policyError).toBeLessThan(1e-3);
    const values = row(0.1, -0.1, 0.5, -0.6, 0.7, -0.5);
    const valueError = gradientError((x) => ppoValueLoss(x as tf.Tensor2D, old, signs, 0.2).loss, [values]);
    expect(valueError).toBeLessThan(1e-3);
  });
});

describe('ppoPolicyLoss', () => {
  it('is −A·ρ inside the clip range and stops gaining outside of it', () => {
    // ρ = 1, 1.1, 1.5, 0.5 with A = 2, 2, 2, −2; clip 0.2
    const old = row(0, 0, 0, 0);
    const now = row(0, Math.log(1.1), Math.log(1.5), Math.log(0.5));
    const { loss, clipped, ratio } = ppoPolicyLoss(now, old, row(2, 2, 2, -2), 0.2);
    [-2, -2.2, -2.4, 1.6].forEach((value, t) => expect(numbers(loss)[t]).toBeCloseTo(value, 5));
    expect(numbers(clipped)).toEqual([0, 0, 1, 1]);
    expect(numbers(ratio)[2]).toBeCloseTo(1.5, 5);
  });

  it('has no gradient where clipping took effect, and stays finite for absurd ratios', () => {
    const gradient = tf.grad((x) => tf.sum(ppoPolicyLoss(x as tf.Tensor2D, row(0, 0), row(1, 1), 0.2).loss))(
      row(1, 0),
    );
    expect(numbers(gradient)[0]).toBeCloseTo(0, 9);
    expect(numbers(gradient)[1]).toBeCloseTo(-1, 6);
    expect(numbers(ppoPolicyLoss(row(500), row(0), row(-1), 0.2).loss).every(Number.isFinite)).toBe(true);
  });

  it('names a wrong shape', () => {
    expect(() => ppoPolicyLoss(row(1, 2), row(1), row(1, 2), 0.2)).toThrow(
      'oldLogprobs must be [1, 2], got [1, 1]',
    );
  });
});

describe('ppoValueLoss', () => {
  it('takes the larger of the plain and the clipped square', () => {
    // v = 1, v_old = 0, G = 1: plain 0, clipped (0.2 − 1)² = 0.64; v = 0.1: inside the range, (0.1 − 1)² = 0.81
    const { loss, clipped } = ppoValueLoss(row(1, 0.1), row(0, 0), row(1, 1), 0.2);
    expect(numbers(loss)[0]).toBeCloseTo(0.32, 5);
    expect(numbers(loss)[1]).toBeCloseTo(0.405, 5);
    expect(numbers(clipped)).toEqual([1, 0]);
  });
});
