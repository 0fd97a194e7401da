import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import {
  grpoLoss,
  grpoLossTypes,
  tokenWeight,
  type GrpoLossOptions,
} from '../../../lib/policy/grpo/token-loss';
import { klEstimators } from '../../../lib/tensor/kl';
import { gradientError } from '../../model/tiny';

beforeAll(() => useEngine('cpu'));

const rows = (...values: number[][]): tf.Tensor2D => tf.tensor2d(values);
const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];
const plain: GrpoLossOptions = { epsilon: 0.2, beta: 0, klEstimator: 'k3', useBiasCorrectionKl: true };

describe('grpoLoss', () => {
  it('is −A·ρ inside the clip range, stops gaining outside, and counts what was clipped by the sign of A', () => {
    // ρ = 1.1, 1.5, 0.5 with A = 2, then with A = −2
    const old = rows([0, 0, 0], [0, 0, 0]);
    const now = rows([1.1, 1.5, 0.5].map(Math.log), [1.1, 1.5, 0.5].map(Math.log));
    const { loss, ratio, lowClipped, highClipped } = grpoLoss(now, old, old, rows([2], [-2]), plain);
    [-2.2, -2.4, -1, 2.2, 3, 1.6].forEach((value, i) => expect(numbers(loss)[i]).toBeCloseTo(value, 5));
    expect(numbers(ratio)[1]).toBeCloseTo(1.5, 5);
    expect(numbers(highClipped)).toEqual([0, 1, 0, 0, 0, 0]);
    expect(numbers(lowClipped)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('clips higher above than below when asked', () => {
    const now = rows([Math.log(1.25), Math.log(1.5)]);
    const { loss, highClipped } = grpoLoss(now, rows([0, 0]), rows([0, 0]), rows([1]), {
      ...plain,
      epsilonHigh: 0.28,
    });
    expect(numbers(loss)[0]).toBeCloseTo(-1.25, 5);
    expect(numbers(loss)[1]).toBeCloseTo(-1.28, 5);
    expect(numbers(highClipped)).toEqual([0, 1]);
  });

  it('adds β times the divergence, estimated and corrected as asked', () => {
    // ρ = 1.1, log π − log π_ref = 0.5: k1 = 0.5, k3 = e^−0.5 − 1 + 0.5
    const k3 = Math.exp(-0.5) - 0.5;
    const lossOf = (given: Partial<GrpoLossOptions>) => {
      const { loss, kl } = grpoLoss(rows([0.5]), rows([0.5 - Math.log(1.1)]), rows([0]), rows([0]), {
        ...plain,
        beta: 0.3,
        ...given,
      });
      return [numbers(loss)[0] as number, numbers(kl)[0] as number] as const;
    };
    for (const [estimator, kl] of [
      ['k3', k3],
      ['k1', 0.5],
    ] as const) {
      const [loss, estimate] = lossOf({ klEstimator: estimator, useBiasCorrectionKl: false });
      expect(estimate).toBeCloseTo(kl, 5);
      expect(loss).toBeCloseTo(0.3 * kl, 5);
      const [corrected] = lossOf({ klEstimator: estimator });
      expect(corrected).toBeCloseTo(0.3 * 1.1 * kl, 5);
    }
  });

  it('has the gradients of central differences, inside and outside of the clip range, divergence included', () => {
    const old = rows([0, 0, 0], [0, 0, 0]);
    // Ratios 1.11, 0.9, 1.65 and 0.55, 0.55, 1.65: away from the kinks at 0.8 and 1.2.
    const now = rows([0.1, -0.1, 0.5], [-0.6, -0.6, 0.5]);
    const reference = rows([0.3, -0.4, 0.1], [-0.2, 0.5, -0.3]);
    for (const klEstimator of klEstimators) {
      for (const useBiasCorrectionKl of [true, false]) {
        const options = { ...plain, beta: 0.4, klEstimator, useBiasCorrectionKl };
        const error = gradientError(
          (x) => grpoLoss(x as tf.Tensor2D, old, reference, rows([1.5], [-2]), options).loss,
          [now],
        );
        expect(error).toBeLessThan(1e-3);
      }
    }
  });

  it('has no gradient where clipping took effect, and stays finite for absurd ratios', () => {
    const gradient = tf.grad((x) =>
      tf.sum(grpoLoss(x as tf.Tensor2D, rows([0, 0]), rows([0, 0]), rows([1]), plain).loss),
    )(rows([1, 0]));
    expect(numbers(gradient)[0]).toBeCloseTo(0, 9);
    expect(numbers(gradient)[1]).toBeCloseTo(-1, 6);
    const far = grpoLoss(rows([500]), rows([0]), rows([0]), rows([-1]), { ...plain, beta: 1 });
    expect(numbers(far.loss).every(Number.isFinite)).toBe(true);
  });

  it('names a wrong shape', () => {
    const two = rows([1, 2]);
    expect(() => grpoLoss(two, rows([1]), two, rows([1]), plain)).toThrow(
      'oldLogprobs must be [1, 2], got [1, 1]',
    );
    expect(() => grpoLoss(two, two, two, two, plain)).toThrow('advantages must be [1, 1], got [1, 2]');
  });
});

describe('tokenWeight', () => {
  // Two responses of 2 and 6 tokens; updates of the iteration have 10 on average; responses can have 20.
  const sizes = { responses: 2, tokens: 8, meanTokens: 10, maxNewTokens: 20 };
  it.each([
    ['grpo', 1 / 4, 1 / 12],
    ['bnpo', 1 / 8, 1 / 8],
    ['dapo', 1 / 10, 1 / 10],
    ['dr_grpo', 1 / 40, 1 / 40],
  ] as const)(
    'of %s divides a token of the short response by %d^−1 and of the long one by %d^−1',
    (type, short, long) => {
      expect(tokenWeight(type, 2, sizes)).toBeCloseTo(short, 9);
      expect(tokenWeight(type, 6, sizes)).toBeCloseTo(long, 9);
    },
  );

  it('adds up to 1 over an update for the means', () => {
    for (const type of grpoLossTypes.slice(0, 2))
      expect(2 * tokenWeight(type, 2, sizes) + 6 * tokenWeight(type, 6, sizes)).toBeCloseTo(1, 9);
  });
});
