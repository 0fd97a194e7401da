import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamw, clipByGlobalNorm, initAdamw } from '../../lib/train/adamw';

beforeAll(() => tf.setBackend('cpu'));

const config = { adamBeta1: 0.9, adamBeta2: 0.99, adamEpsilon: 1e-8, weightDecay: 0 };
const numbers = (tensor: tf.Tensor | undefined): number[] => [...(tensor as tf.Tensor).dataSync()];

describe('adamw', () => {
  it('moves by the learning rate in the direction of the gradient at the first step', () => {
    // m/(1−β₁) = g and v/(1−β₂) = g²: the step is η·g/|g|.
    const params = { w: tf.tensor1d([1, 2]) };
    const next = adamw(
      params,
      { w: tf.tensor1d([0.5, -4]) },
      initAdamw(params),
      tf.scalar(0.1),
      tf.scalar(1),
      config,
    );
    expect(numbers(next.params['w'])[0]).toBeCloseTo(0.9, 6);
    expect(numbers(next.params['w'])[1]).toBeCloseTo(2.1, 6);
  });

  it('decays matrices apart from the moments, and leaves vectors alone', () => {
    const params = { matrix: tf.tensor2d([[10]]), vector: tf.tensor1d([10]) };
    const zero = { matrix: tf.zeros([1, 1]), vector: tf.zeros([1]) };
    const next = adamw(params, zero, initAdamw(params), tf.scalar(0.1), tf.scalar(1), {
      ...config,
      weightDecay: 0.5,
    });
    expect(numbers(next.params['matrix'])[0]).toBeCloseTo(9.5, 6);
    expect(numbers(next.params['vector'])[0]).toBeCloseTo(10, 6);
  });

  it('reaches the minimum of a badly scaled quadratic', () => {
    let params: Record<string, tf.Tensor> = { w: tf.tensor1d([3, -2]) };
    let moments = initAdamw(params);
    const scales = tf.tensor1d([100, 0.1]);
    for (let t = 1; t <= 400; t++) {
      const gradient = tf.mul(params['w'] as tf.Tensor, scales);
      const rate = tf.scalar(0.05 * (1 - t / 400));
      ({ params, moments } = adamw(params, { w: gradient }, moments, rate, tf.scalar(t), config));
    }
    for (const value of numbers(params['w'])) expect(Math.abs(value)).toBeLessThan(0.05);
  });
});

describe('clipByGlobalNorm', () => {
  const gradients = { a: tf.tensor1d([3]), b: tf.tensor2d([[4]]) };

  it('scales all gradients by one factor so that the global norm is the maximum', () => {
    const { gradients: clipped, norm } = clipByGlobalNorm(gradients, 1);
    expect(numbers(norm)[0]).toBeCloseTo(5, 5);
    expect(numbers(clipped['a'])[0]).toBeCloseTo(0.6, 5);
    expect(numbers(clipped['b'])[0]).toBeCloseTo(0.8, 5);
  });

  it('leaves smaller gradients alone, and all of them when switched off', () => {
    expect(numbers(clipByGlobalNorm(gradients, 10).gradients['a'])[0]).toBe(3);
    expect(clipByGlobalNorm(gradients, 0).gradients).toBe(gradients);
  });
});
