import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { lmLogits } from '../../lib/model/heads';
import type { Params } from '../../lib/model/params';
import { decode, hiddenStates, prefill } from '../../lib/model/transformer';
import { tokenLogprobs } from '../../lib/tensor/logprobs';
import { distance, gradientError, tinyConfig as config, tinyParams } from './tiny';

let params: Params;
beforeAll(async () => {
  await useEngine('cpu');
  params = tinyParams();
});

const hidden = (tokens: number[][], mask?: number[][]): tf.Tensor3D =>
  hiddenStates(
    params,
    config,
    tf.tensor2d(tokens, undefined, 'int32'),
    mask === undefined ? tf.onesLike(tf.tensor2d(tokens)) : tf.tensor2d(mask),
  );
const row = (states: tf.Tensor3D, b: number, start: number, length: number): tf.Tensor =>
  tf.slice(states, [b, start, 0], [1, length, -1]);

describe('hiddenStates', () => {
  it('sees nothing of later tokens', () => {
    const a = hidden([[1, 2, 3, 4, 5]]);
    const b = hidden([[1, 2, 3, 9, 8]]);
    expect(distance(row(a, 0, 0, 3), row(b, 0, 0, 3))).toBe(0);
    expect(distance(row(a, 0, 3, 1), row(b, 0, 3, 1))).toBeGreaterThan(1e-2);
  });

  it('sees earlier tokens and their order', () => {
    const last = (tokens: number[]) => row(hidden([tokens]), 0, 3, 1);
    expect(distance(last([1, 2, 3, 4]), last([6, 2, 3, 4]))).toBeGreaterThan(1e-3);
    expect(distance(last([1, 2, 3, 4]), last([2, 1, 3, 4]))).toBeGreaterThan(1e-4);
  });

  it('gives the same for padding on the left, on the right, and none', () => {
    const plain = row(hidden([[1, 2, 3]]), 0, 0, 3);
    const left = row(hidden([[7, 7, 1, 2, 3]], [[0, 0, 1, 1, 1]]), 0, 2, 3);
    const right = row(hidden([[1, 2, 3, 7, 7]], [[1, 1, 1, 0, 0]]), 0, 0, 3);
    expect(distance(plain, left)).toBeLessThan(1e-5);
    expect(distance(plain, right)).toBeLessThan(1e-5);
  });

  it('is untouched by what stands in the padding and in other rows', () => {
    const mask = [
      [0, 1, 1, 1, 0],
      [1, 1, 1, 1, 1],
    ];
    const a = hidden([[0, 1, 2, 3, 0], [1, 1, 1, 1, 1]], mask); // prettier-ignore
    const b = hidden([[9, 1, 2, 3, 8], [2, 3, 4, 5, 6]], mask); // prettier-ignore
    expect(distance(row(a, 0, 1, 3), row(b, 0, 1, 3))).toBe(0);
  });

  it('sees only the tokens in a layer’s window, padding not counted', () => {
    // One layer, blocks of queries, a window that crosses them.
    const [T, window] = [270, 40];
    const narrow = {
      ...config,
      numHiddenLayers: 1,
      maxPositionEmbeddings: 300,
      variant: { windows: [window] },
    };
    const ids = Array.from({ length: T }, (_, t) => (t * 7) % 11);
    const read = (change: number, padding = 0): tf.Tensor => {
      const changed = ids.map((id, t) => (t === change ? (id + 1) % 11 : id));
      const row = [...Array<number>(padding).fill(0), ...changed];
      const mask = row.map((_, t) => (t < padding ? 0 : 1));
      const states = hiddenStates(
        params,
        narrow,
        tf.tensor2d([row], undefined, 'int32'),
        tf.tensor2d([mask]),
      );
      return tf.slice(states, [0, padding, 0], [1, T, -1]);
    };
    const plain = read(-1);
    const difference = (states: tf.Tensor, t: number): number =>
      distance(tf.slice(states, [0, t, 0], [1, 1, -1]), tf.slice(plain, [0, t, 0], [1, 1, -1]));
    const changed = read(100);
    expect(difference(changed, 100 + window - 1)).toBeGreaterThan(1e-4);
    expect(difference(changed, 100 + window)).toBe(0);
    expect(distance(read(-1, 5), plain)).toBeLessThan(1e-5);
  });

  it('stays finite in rows that are all padding', () => {
    const states = hidden([[1, 2], [3, 4]], [[1, 1], [0, 0]]); // prettier-ignore
    expect(states.dataSync().every(Number.isFinite)).toBe(true);
  });

  it('has the gradient of central differences through attention, norms and embeddings', () => {
    const small = {
      ...config,
      numHiddenLayers: 1,
      numAttentionHeads: 2,
      numKeyValueHeads: 1,
      intermediateSize: 5,
      vocabSize: 6,
    };
    const weights = tinyParams(small);
    const names = Object.keys(weights);
    const tokens = tf.tensor2d([[0, 1, 2, 3], [4, 2, 1, 0]], undefined, 'int32'); // prettier-ignore
    const mask = tf.tensor2d([[0, 1, 1, 1], [1, 1, 1, 0]]); // prettier-ignore
    const labels = tf.tensor1d([1, 2, 3, 4, 2, 1, 0, 5], 'int32');
    const f = (...tensors: tf.Tensor[]): tf.Tensor => {
      const given = Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
      const states = hiddenStates(given, small, tokens, mask).reshape([8, 8]) as tf.Tensor2D;
      return tf.mul(tokenLogprobs(lmLogits(given, small, states), labels), mask.reshape([8]));
    };
    expect(gradientError(f, Object.values(weights))).toBeLessThan(1e-2);
  });

  it('leaves no tensors behind', () => {
    tf.tidy(() => hidden([[1, 2, 3]]).dataSync());
    const before = tf.memory().numTensors;
    tf.tidy(() => hidden([[1, 2, 3]]).dataSync());
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('decode', () => {
  it('continues a cache to the same states as reading everything at once', () => {
    const tokens = [[0, 0, 1, 2, 3, 4], [5, 6, 7, 8, 9, 1]]; // prettier-ignore
    const mask = [[0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]; // prettier-ignore
    const whole = hidden(tokens, mask);
    const cut = (rows: number[][], n: number) => rows.map((values) => values.slice(0, n));
    const read = prefill(
      params,
      config,
      tf.tensor2d(cut(tokens, 3), undefined, 'int32'),
      tf.tensor2d(cut(mask, 3)),
    );
    const withRoom = (layer: tf.Tensor3D): tf.Tensor3D => tf.pad(layer, [[0, 0], [0, 3], [0, 0]]); // prettier-ignore
    let cache = { keys: read.cache.keys.map(withRoom), values: read.cache.values.map(withRoom) };
    for (let column = 3; column < 6; column++) {
      const token = tf.tensor1d(tokens.map((values) => values[column] as number), 'int32'); // prettier-ignore
      const seen = tf.tensor2d(cut(mask, column + 1)).pad([[0, 0], [0, 5 - column]]) as tf.Tensor2D; // prettier-ignore
      const step = decode(params, config, token, tf.scalar(column, 'int32'), seen, cache);
      expect(distance(step.hidden, tf.slice(whole, [0, column, 0], [-1, 1, -1]))).toBeLessThan(1e-5);
      cache = step.cache;
    }
  });
});
