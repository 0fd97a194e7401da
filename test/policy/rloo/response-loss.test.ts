import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { rlooLoss } from '../../../lib/policy/rloo/response-loss';
import { gradientError } from '../../model/tiny';

beforeAll(() => useEngine('cpu'));

const list = (...values: number[]): tf.Tensor1D => tf.tensor1d(values);
const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

describe('rlooLoss', () => {
  it('is −A·ρ of the whole response inside the clip range and stops gaining outside', () => {
    // ρ = 1, 1.1, 1.5, 0.5 with A = 2, 2, 2, −2
    const now = list(0, Math.log(1.1), Math.log(1.5), Math.log(0.5));
    const { loss, ratio, lowClipped, highClipped } = rlooLoss(now, tf.zeros([4]), list(2, 2, 2, -2), {
      epsilon: 0.2,
    });
    [-2, -2.2, -2.4, 1.6].forEach((value, i) => expect(numbers(loss)[i]).toBeCloseTo(value, 5));
    expect(numbers(ratio)[2]).toBeCloseTo(1.5, 5);
    expect(numbers(highClipped)).toEqual([0, 0, 1, 0]);
    expect(numbers(lowClipped)).toEqual([0, 0, 0, 1]);
    const higher = rlooLoss(now, tf.zeros([4]), list(2, 2, 2, -2), { epsilon: 0.2, epsilonHigh: 0.4 });
    expect(numbers(higher.loss)[2]).toBeCloseTo(-2.8, 5);
  });

  it('has REINFORCE’s gradient on responses of the policy itself', () => {
    const advantages = list(1.5, -0.5);
    const gradient = tf.grad((x) =>
      tf.sum(rlooLoss(x as tf.Tensor1D, list(-3, -7), advantages, { epsilon: 0.2 }).loss),
    )(list(-3, -7));
    expect(numbers(gradient)).toEqual([-1.5, 0.5]);
  });

  it('has the gradients of central differences, and stays finite for absurd ratios', () => {
    const advantages = list(1.5, -1, 2, -0.5, 1, -2);
    const error = gradientError(
      (x) => rlooLoss(x as tf.Tensor1D, tf.zeros([6]), advantages, { epsilon: 0.2 }).loss,
      [list(0.1, -0.1, 0.5, -0.6, -0.6, 0.5)],
    );
    expect(error).toBeLessThan(1e-3);
    const far = rlooLoss(list(500), list(0), list(-1), { epsilon: 0.2 });
    expect(numbers(far.loss).every(Number.isFinite)).toBe(true);
  });

  it('names a wrong shape', () => {
    expect(() => rlooLoss(list(1, 2), list(1), list(1, 2), { epsilon: 0.2 })).toThrow(
      'oldLogps must be [2], got [1]',
    );
  });
});
