import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { createRng } from '../../lib/random';
import { entropy, tokenLogprobs } from '../../lib/tensor/logprobs';
import { gradientError } from '../model/tiny';

beforeAll(() => useEngine('cpu'));

describe('tokenLogprobs', () => {
  const labels = () => tf.tensor1d([2, 0, 1], 'int32');
  const logits = () => tf.tensor2d(createRng(1).normals(12), [3, 4]);

  it('is log softmax at the label', () => {
    const z = tf.tensor2d([[0, Math.log(2), Math.log(5)]]);
    expect(tokenLogprobs(z, tf.tensor1d([1], 'int32')).dataSync()[0]).toBeCloseTo(Math.log(2 / 8), 6);
  });

  it('does not change when a constant is added, even a large one', () => {
    const shifted = tokenLogprobs(tf.add(logits(), 1000), labels()).dataSync();
    tokenLogprobs(logits(), labels())
      .dataSync()
      .forEach((value, i) => expect(shifted[i]).toBeCloseTo(value, 3));
  });

  it('has the gradient of central differences', () => {
    expect(gradientError((z) => tokenLogprobs(z as tf.Tensor2D, labels()), [logits()])).toBeLessThan(1e-3);
  });
});

describe('entropy', () => {
  it('is ln V for equal logits and 0 for a certain token', () => {
    const values = entropy(tf.tensor2d([[1, 1, 1, 1], [0, 1000, 0, 0]])).dataSync(); // prettier-ignore
    expect(values[0]).toBeCloseTo(Math.log(4), 6);
    expect(values[1]).toBeCloseTo(0, 6);
  });
});
