import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { disposeTree, flatten } from '../../lib/tensor/pytree';

describe('trees of tensors', () => {
  it('are flattened in the order of arrays and keys, whatever stands among the tensors', async () => {
    await useEngine('cpu');
    const [a, b, c] = [tf.scalar(1), tf.scalar(2), tf.scalar(3)];
    expect(flatten({ x: [a, null, { y: b }], n: 5, none: undefined, z: c, text: 'word' })).toEqual([a, b, c]);
    expect(flatten(a)).toEqual([a]);
    expect(flatten(7)).toEqual([]);
    disposeTree([a, b, c]);
  });

  it('are disposed whole, and what is disposed already is left alone', async () => {
    await useEngine('cpu');
    const before = tf.memory().numTensors;
    const tree = { a: tf.scalar(1), list: [tf.scalar(2), tf.scalar(3)] };
    tree.a.dispose();
    disposeTree(tree);
    disposeTree(tree);
    expect(tf.memory().numTensors).toBe(before);
  });
});
