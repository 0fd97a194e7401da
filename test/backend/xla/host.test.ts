/** Operations that have no compiled form: outside of steps they run on the host. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../../lib/backend';
import { notCompiled } from '../../../lib/backend/xla/trace/not-compiled';
import { kernels } from '../../../lib/backend/xla/trace/kernels';
import { pluginPath } from './pjrt/plugin-path';

describe.skipIf(pluginPath === undefined)('on the host (needs the plugin of setup xla)', () => {
  beforeAll(async () => {
    await useEngine('xla');
  });

  it('results have shapes that depend on values', async () => {
    const { values, indices } = tf.unique(tf.tensor1d([3, 1, 3, 2]));
    expect([values.arraySync(), indices.arraySync()]).toEqual([
      [3, 1, 2],
      [0, 1, 0, 2],
    ]);
    const mask = tf.tensor1d([1, 0, 1], 'bool');
    expect((await tf.booleanMaskAsync(tf.tensor1d([5, 6, 7]), mask)).arraySync()).toEqual([5, 7]);
    expect((await tf.whereAsync(mask)).arraySync()).toEqual([[0], [2]]);
  });

  it('text can be held, moved and compared', () => {
    const words = tf.tensor1d(['one', 'two', 'three']);
    expect(tf.concat([words, tf.slice(words, 1, 1)]).arraySync()).toEqual(['one', 'two', 'three', 'two']);
    expect(tf.unique(tf.concat([words, words])).values.arraySync()).toEqual(['one', 'two', 'three']);
    expect(tf.equal(words, tf.tensor1d(['one', 'TWO', 'three'])).arraySync()).toEqual([1, 0, 1]);
    expect(() => tf.neg(words)).toThrow();
  });

  it('leave nothing behind', () => {
    const x = tf.tensor1d([3, 1, 3, 2]);
    const words = tf.tensor1d(['b', 'a']);
    const use = (): void => tf.dispose([...Object.values(tf.unique(x)), tf.slice(words, 1)]);
    use();
    const plain = tf.findBackend('cpu');
    const [tensors, data, copies] = [tf.memory().numTensors, tf.memory().numDataBuffers, plain.numDataIds()];
    for (let i = 0; i < 20; i++) use();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.memory().numDataBuffers).toBe(data);
    expect(plain.numDataIds()).toBe(copies);
  });

  it('are an error in a step', () => {
    const step = jit((x: tf.Tensor1D) => tf.unique(x).values);
    expect(() => step(tf.tensor1d([1, 2]))).toThrow(/cannot use the kernel Unique, at .*host\.test/);
  });

  it('every kernel of the plain engine is compiled or runs here', () => {
    const known = new Set([...Object.keys(kernels), ...Object.keys(notCompiled)]);
    const plain = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
    expect(plain.filter((name) => !known.has(name))).toEqual([]);
  });
});
