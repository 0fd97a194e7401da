import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { logSigmoid } from '../../lib/tensor/ops';
import { gradientError } from '../model/tiny';

beforeAll(() => useEngine('cpu'));

describe('logSigmoid', () => {
  it('is log σ(x), finite far from 0', () => {
    const values = logSigmoid(tf.tensor1d([0, 2, -200, 200])).dataSync();
    expect(values[0]).toBeCloseTo(-Math.LN2, 6);
    expect(values[1]).toBeCloseTo(-Math.log1p(Math.exp(-2)), 6);
    expect(values[2]).toBeCloseTo(-200, 4);
    expect(values[3]).toBeCloseTo(0, 6);
  });

  it('has the gradient of central differences, also of values computed on the way', () => {
    const f = (x: tf.Tensor) => logSigmoid(tf.mul(x, 2));
    expect(gradientError(f, [tf.tensor1d([-3, -0.5, 0, 1, 4])])).toBeLessThan(1e-3);
  });
});
