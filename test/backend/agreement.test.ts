import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { createRng } from '../../lib/random';
import { engines } from '../support/engines';

const [B, T, D, V] = [2, 5, 8, 11];

function numbers(name: string, count: number): Float32Array {
  const rng = createRng(3).fork(name);
  return Float32Array.from({ length: count }, () => rng.uniform() * 2 - 1);
}

/** Attention with a causal mask over embedded tokens, a gated layer, and the loss of known labels: the operations of a training step. */
function block(embedding: tf.Tensor2D, project: tf.Tensor2D): tf.Scalar {
  const tokens = tf.tensor1d([1, 4, 4, 10, 0, 7, 3, 1, 2, 4], 'int32');
  let x: tf.Tensor = tf.reshape(tf.gather(embedding, tokens), [B, T, D]);
  x = tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5)));
  const [q, k, v] = tf.split(tf.reshape(tf.matMul(tf.reshape(x, [B * T, D]), project), [B, T, 3 * D]), 3, 2);
  const position = tf.reshape(tf.cumsum(tf.mean(tf.onesLike(x), 2), 1), [B, T, 1]); // [B, T, 1]
  const rotated = tf.concat([tf.mul(q as tf.Tensor, tf.cos(position)), tf.mul(q as tf.Tensor, tf.sin(position))], 2); // prettier-ignore
  const keys = tf.pad(k as tf.Tensor3D, [[0, 0], [0, 0], [0, D]]); // prettier-ignore
  const visible = tf.greaterEqual(tf.reshape(tf.range(0, T), [T, 1]), tf.reshape(tf.range(0, T), [1, T]));
  const attention = tf.softmax(
    tf.where(visible, tf.matMul(rotated, keys, false, true), tf.fill([B, T, T], -1e9)),
  );
  const mixed = tf.transpose(tf.matMul(attention, v as tf.Tensor), [1, 0, 2]);
  const gated = tf.mul(tf.mul(mixed, tf.sigmoid(mixed)), tf.maximum(mixed, -0.5));
  const logits = tf.matMul(tf.reshape(gated, [B * T, D]), embedding, false, true);
  const labels = tf.oneHot(tokens, V);
  return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1))) as tf.Scalar;
}

function lossAndGradients(): number[] {
  return tf.tidy(() => {
    const embedding = tf.tensor2d(numbers('embedding', V * D), [V, D]);
    const project = tf.tensor2d(numbers('project', D * 3 * D), [D, 3 * D]);
    const { value, grads } = tf.valueAndGrads((e, p) => block(e as tf.Tensor2D, p as tf.Tensor2D))([embedding, project]); // prettier-ignore
    return [value, ...grads].flatMap((tensor) => Array.from(tensor.dataSync()));
  });
}

describe.each(engines.filter((name) => name !== 'cpu'))('%s agrees with plain cpu', (engine) => {
  let expected: number[] = [];
  beforeAll(async () => {
    await useEngine('cpu');
    expected = lossAndGradients();
    await useEngine(engine);
  });

  it('in the loss of a transformer block and its gradients', () => {
    expect(expected).toHaveLength(1 + V * D + D * 3 * D);
    // Values up to 3 in float32 (1e-7 relative), through some twenty operations with sums in another order.
    lossAndGradients().forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-5);
    });
  });

  it('in the largest elements and the smallest', () => {
    const x = tf.tensor2d([3, -1, 7, 2, 9, 9, -4, 0], [2, 4]);
    const { values, indices } = tf.topk(x, 2);
    expect(Array.from(values.dataSync())).toEqual([7, 3, 9, 9]);
    expect(Array.from(indices.dataSync())).toEqual([2, 0, 0, 1]);
    expect(Array.from(tf.argMin(x, 1).dataSync())).toEqual([1, 2]);
  });
});

/** The definition: out[s] = Σ x[i] over the i of segment s. */
function segmentSums(x: number[][], segments: number[], count: number): number[] {
  const out = Array.from({ length: count }, () => new Array<number>(x[0]?.length ?? 0).fill(0));
  x.forEach((row, i) => row.forEach((value, j) => {
      const target = out[segments[i] as number];
      if (target !== undefined) target[j] = (target[j] as number) + value;
    })); // prettier-ignore
  return out.flat();
}

describe.each(engines)('on %s', (engine) => {
  it('segments are summed as defined: 20 random inputs, with empty segments', async () => {
    await useEngine(engine);
    const rng = createRng(8);
    for (let trial = 0; trial < 20; trial++) {
      const [rows, width, count] = [1 + rng.integer(12), 1 + rng.integer(5), 1 + rng.integer(8)] as [
        number,
        number,
        number,
      ];
      const x = Array.from({ length: rows }, () =>
        Array.from({ length: width }, () => rng.integer(200) - 100),
      );
      const segments = Array.from({ length: rows }, () => rng.integer(count));
      const got = tf.unsortedSegmentSum(tf.tensor2d(x), tf.tensor1d(segments, 'int32'), count);
      // Integers: exact in every order.
      expect(Array.from(got.dataSync())).toEqual(segmentSums(x, segments, count));
    }
  });

  it('gather takes one index a row (batchDims 1) as well as rows, with their gradients', async () => {
    await useEngine(engine);
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 4]);
    const perRow = tf.tensor2d([[3, 0], [1, 1], [2, 3]], [3, 2], 'int32'); // prettier-ignore
    expect(Array.from(tf.gather(x, perRow, 1, 1).dataSync())).toEqual([4, 1, 6, 6, 11, 12]);
    const gradient = tf.grad((y) => tf.sum(tf.gather(y, perRow, 1, 1)))(x);
    expect(Array.from(gradient.dataSync())).toEqual([1, 0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 1]);
    const rows = tf.tensor1d([2, 0, 2], 'int32');
    expect(Array.from(tf.gather(x, rows).dataSync())).toEqual([9, 10, 11, 12, 1, 2, 3, 4, 9, 10, 11, 12]);
    const rowGradient = tf.grad((y) => tf.sum(tf.gather(y, rows)))(x);
    expect(Array.from(rowGradient.dataSync())).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2]);
  });
});
