import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { clip, logSigmoid } from '../../lib/tensor/ops';
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

describe('clip', () => {
  const x = tf.tensor2d([[-3, -0.5, 0], [0.25, 0.5, 2]]); // prettier-ignore
  const square = (bounded: (y: tf.Tensor) => tf.Tensor) => (y: tf.Tensor) => tf.sum(tf.square(bounded(y)));

  it.each([
    ['numbers', -0.5, 0.5],
    ['scalars', tf.scalar(-0.5), tf.scalar(0.5)],
  ] as const)('is what tf.clipByValue is, its gradient too, with bounds that are %s', (_, low, high) => {
    expect(clip(x, low, high).arraySync()).toEqual(tf.clipByValue(x, -0.5, 0.5).arraySync());
    const gradient = tf.grad(square((y) => clip(y, low, high)))(x);
    const expected = tf.grad(square((y) => tf.clipByValue(y, -0.5, 0.5)))(x);
    expect(tf.equal(gradient, expected).all().dataSync()[0]).toBe(1); // 0 is −0
    expect(tf.sum(tf.abs(gradient)).dataSync()[0]).toBe(1 + 0.5 + 1);
  });
});
