import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { clippedSurrogate } from '../../lib/policy/surrogate';

beforeAll(() => useEngine('cpu'));

describe('clippedSurrogate', () => {
  it('gains nothing beyond the clip range, which may be wider above, and says where', () => {
    // Ratios ½, 1, 2 with both signs of the advantage.
    const logs = [0.5, 1, 2, 0.5, 1, 2].map(Math.log);
    const advantages = tf.tensor1d([1, 1, 1, -1, -1, -1]);
    const { surrogate, ratio, lowClipped, highClipped } = clippedSurrogate(
      tf.tensor1d(logs),
      tf.zeros<tf.Rank.R1>([6]),
      advantages,
      { epsilon: 0.2, epsilonHigh: 0.5 },
    );
    const near = (got: tf.Tensor, expected: number[]) =>
      [...got.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
    near(ratio, [0.5, 1, 2, 0.5, 1, 2]);
    near(surrogate, [0.5, 1, 1.5, -0.8, -1, -2]);
    near(lowClipped, [0, 0, 0, 1, 0, 0]);
    near(highClipped, [0, 0, 1, 0, 0, 0]);
  });

  it('stays finite for absurd log-ratios', () => {
    const { surrogate } = clippedSurrogate(tf.tensor1d([500]), tf.tensor1d([-500]), tf.tensor1d([-1]), {
      epsilon: 0.2,
    });
    expect(surrogate.dataSync()[0]).toBeCloseTo(-Math.exp(20), -4);
  });
});
