import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { attend, type AttentionShape } from '../../lib/model/attention';
import { createRng } from '../../lib/random';
import { engines } from '../support/engines';
import { tinyConfig } from './tiny';

const rng = createRng(1);

interface Given {
  readonly queries: tf.Tensor4D;
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
  readonly bias: tf.Tensor;
  readonly upstream: tf.Tensor2D;
  readonly shape: AttentionShape;
}

function given(B: number, T: number, heads: number, keyHeads: number, headDim: number): Given {
  const draw = (shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
      shape,
    );
  const shut = new Float32Array(B * T * T);
  // The second sequence is padded on the right by three places.
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let s = 0; s < T; s++) if (s > t || s >= T - 3 * b) shut[(b * T + t) * T + s] = -1e9;
  return {
    queries: draw([B, heads, T, headDim]) as tf.Tensor4D,
    keys: draw([B * keyHeads, T, headDim]) as tf.Tensor3D,
    values: draw([B * keyHeads, T, headDim]) as tf.Tensor3D,
    bias: tf.tensor(shut, [B, 1, T, T]),
    upstream: draw([B * T, heads * headDim]) as tf.Tensor2D,
    shape: { ...tinyConfig, B, T, numAttentionHeads: heads, numKeyValueHeads: keyHeads, headDim },
  };
}

/** The definition, with tfjs's own gradients. */
function plain(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, { bias, shape }: Given): tf.Tensor {
  const { B, T, numAttentionHeads: H, numKeyValueHeads, headDim } = shape;
  const G = H / numKeyValueHeads;
  const grouped = tf.reshape(q, [B * numKeyValueHeads, G * T, headDim]);
  const scores = tf.div(tf.reshape(tf.matMul(grouped, k, false, true), [B, H, T, T]), Math.sqrt(headDim));
  const weights = tf.reshape(tf.softmax(tf.add(scores, bias)), [B * numKeyValueHeads, G * T, T]);
  const mixed = tf.reshape(tf.matMul(weights, v), [B, H, T, headDim]);
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [B * T, H * headDim]);
}

/** Value and gradients. */
function read(g: Given, attention: (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor): Float32Array[] {
  return tf.tidy(() => {
    const { value, grads } = tf.valueAndGrads((q, k, v) =>
      tf.sum(tf.mul(attention(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor), g.upstream)),
    )([g.queries, g.keys, g.values]);
    const out = attention(g.queries, g.keys, g.values);
    return [value, out, ...grads].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

function expectPlain(g: Given): void {
  const own = read(g, (q, k, v) =>
    attend(q as tf.Tensor4D, k as tf.Tensor3D, v as tf.Tensor3D, g.bias, true, g.shape),
  );
  const wanted = read(g, (q, k, v) => plain(q, k, v, g));
  wanted.forEach((numbers, i) => {
    const size = Math.max(...Array.from(numbers.slice(0, 5000), Math.abs), 1);
    const far = numbers.reduce((most, x, k) => Math.max(most, Math.abs(x - (own[i]?.[k] as number))), 0);
    expect(far / size).toBeLessThan(1e-4);
  });
}

describe.each(engines.filter((name) => name !== 'cpu'))('attend on %s', (engine) => {
  it('is the softmax of the scores over what each query may see, with its gradients, in blocks and padded', async () => {
    await useEngine(engine);
    expectPlain(given(2, 10, 4, 2, 4));
    expectPlain(given(2, 300, 2, 1, 4));
  });
});

describe('attend', () => {
  it('lets one query see all keys where it is not causal', async () => {
    await useEngine('cpu');
    tf.tidy(() => {
      const shape = { ...tinyConfig, B: 1, T: 1, numAttentionHeads: 1, numKeyValueHeads: 1, headDim: 1 };
      // Scores 0, ln 3 and shut: weights 1/4, 3/4, 0.
      const mixed = attend(
        tf.ones([1, 1, 1, 1]),
        tf.tensor3d([0, Math.log(3), 5], [1, 3, 1]),
        tf.tensor3d([8, 4, 100], [1, 3, 1]),
        tf.tensor4d([0, 0, -1e9], [1, 1, 1, 3]),
        false,
        shape,
      );
      expect(mixed.dataSync()[0]).toBeCloseTo(5, 5);
    });
  });

  const native = engines.find((name) => name !== 'cpu' && name !== 'wasm');
  it.skipIf(native === undefined)(
    'gives the same gradients where the weights are too many to be kept (needs a native engine)',
    async () => {
      await useEngine(native);
      expectPlain(given(1, 2100, 4, 4, 2));
    },
    60_000,
  );
});
