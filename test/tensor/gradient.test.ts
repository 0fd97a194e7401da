import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { InputError } from '../../lib/errors';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { disposeTree } from '../../lib/tensor/pytree';

beforeAll(() => useEngine('cpu'));

const loss = ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => {
  const product = tf.mul(a, b);
  return {
    loss: tf.sum(tf.square(product)) as tf.Scalar,
    metrics: { largest: tf.max(product) as tf.Scalar },
  };
};
const params = () => ({ a: tf.tensor1d([1, 2]), b: tf.tensor1d([3, 4]) });

describe('valueAndGrad', () => {
  it('gives loss, metrics and gradients by name', () => {
    const result = valueAndGrad(loss, params());
    expect(result.loss.dataSync()[0]).toBe(9 + 64);
    expect(result.metrics.largest.dataSync()[0]).toBe(8);
    // ∂/∂a (ab)² = 2ab²
    expect(Array.from(result.grads.a.dataSync())).toEqual([18, 64]);
    expect(Array.from(result.grads.b.dataSync())).toEqual([6, 32]);
  });

  it('leaves exactly what it returns, alone and inside a tidy', () => {
    const given = params();
    const before = tf.memory().numTensors;
    const result = valueAndGrad(loss, given);
    expect(tf.memory().numTensors).toBe(before + 4);
    disposeTree(result);
    expect(tf.memory().numTensors).toBe(before);
    const inside = tf.tidy(() => valueAndGrad(loss, given) as unknown as tf.TensorContainer);
    expect(tf.memory().numTensors).toBe(before + 4);
    disposeTree(inside);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lets a metric be the loss itself', () => {
    const { loss: value, metrics } = valueAndGrad(
      ({ a }: { a: tf.Tensor }) => {
        const sum = tf.sum(a) as tf.Scalar;
        return { loss: sum, metrics: { sum } };
      },
      { a: tf.tensor1d([1, 2]) },
    );
    expect([value.dataSync()[0], metrics.sum.dataSync()[0]]).toEqual([3, 3]);
  });

  it('names the parameters that the loss does not depend on, and keeps nothing', () => {
    const given = { ...params(), 'lm_head.weight': tf.tensor1d([1]) };
    const before = tf.memory().numTensors;
    expect(() => valueAndGrad(loss, given)).toThrow(
      new InputError('valueAndGrad: the loss does not depend on lm_head.weight'),
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
