import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { jit, loop, matMulBfloat16, useEngine } from '../../lib/backend';
import { createRng } from '../../lib/random';
import { hiddenStates } from '../../lib/model/transformer';
import { engines } from '../support/engines';
import { tinyConfig, tinyParams } from '../model/tiny';

/** Rounded to bfloat16 by its bits, ties to even. */
function bfloat16(x: number): number {
  const bits = new Uint32Array(Float32Array.of(x).buffer);
  const word = bits[0] as number;
  bits[0] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(bits.buffer)[0] as number;
}

const rng = createRng(1);
const numbers = (n: number): number[] => Array.from({ length: n }, () => rng.normal());

describe.each(engines)('matMulBfloat16 on %s', (engine) => {
  beforeAll(() => useEngine(engine).then(() => undefined));

  it('rounds operands and result to 8 bits and sums in 32', () => {
    const [a, b] = [numbers(3 * 5), numbers(5 * 2)];
    const product = tf.tidy(() => [
      ...matMulBfloat16(tf.tensor2d(a, [3, 5]), tf.tensor2d(b, [5, 2])).dataSync(),
    ]);
    const expected = Array.from({ length: 6 }, (_, at) => {
      const [row, column] = [Math.floor(at / 2), at % 2];
      let sum = 0;
      for (let k = 0; k < 5; k++)
        sum += bfloat16(a[row * 5 + k] as number) * bfloat16(b[k * 2 + column] as number);
      return bfloat16(sum);
    });
    // A sum that lies between two results may be rounded to either.
    product.forEach((x, i) => {
      const wanted = expected[i] as number;
      expect(Math.abs(x - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 2 ** -7);
      expect(bfloat16(x)).toBe(x);
    });
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('has the gradient of a product, its operands transposed: %s, %s', (transposeA, transposeB) => {
    const shape = (rows: number, columns: number, turned: boolean): [number, number, number] =>
      turned ? [2, columns, rows] : [2, rows, columns];
    const a = tf.tensor3d(numbers(2 * 3 * 4), shape(3, 4, transposeA));
    const b = tf.tensor3d(numbers(2 * 4 * 5), shape(4, 5, transposeB));
    const weights = tf.tensor3d(numbers(2 * 3 * 5), [2, 3, 5]);
    const take = (product: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor) =>
      tf
        .grads((x, y) => tf.sum(tf.mul(product(x as tf.Tensor, y as tf.Tensor), weights)))([a, b])
        .map((gradient) => [...gradient.dataSync()]);
    const exact = take((x, y) => tf.matMul(x, y, transposeA, transposeB));
    const rounded = take((x, y) => matMulBfloat16(x, y, transposeA, transposeB));
    rounded.forEach((gradient, i) =>
      gradient.forEach((x, k) => expect(Math.abs(x - (exact[i]?.[k] as number))).toBeLessThan(0.1)),
    );
    expect(rounded.flat().every((x) => bfloat16(x) === x)).toBe(true);
    tf.dispose([a, b, weights]);
  });

  it('keeps what is not finite, refuses batches that differ and keeps no tensors', () => {
    const run = (): number[] =>
      tf.tidy(() => {
        const x = tf.tensor2d([NaN, 1, Infinity, 1], [2, 2]);
        return [...matMulBfloat16(x, tf.eye(2)).dataSync()];
      });
    expect(run().slice(0, 2).some(Number.isNaN)).toBe(true);
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors).toBe(before);
    const [two, one] = [tf.ones([2, 3, 3]), tf.ones([1, 3, 3])];
    expect(() => matMulBfloat16(two, one)).toThrow('must have the batch axes');
    tf.dispose([two, one]);
  });

  it('serves a step and a loop whose matrix comes from before it', () => {
    const [x, w] = [tf.tensor2d(numbers(3 * 4), [3, 4]), tf.tensor2d(numbers(16), [4, 4])];
    const rounds = (y: tf.Tensor2D, matrix: tf.Tensor2D): tf.Tensor2D =>
      loop(
        { i: tf.scalar(0, 'int32'), y },
        ({ i }) => tf.less(i, 3),
        (state) => ({
          i: tf.add(state.i, tf.scalar(1, 'int32')) as tf.Scalar,
          y: tf.tanh(matMulBfloat16(state.y, matrix, false, true)),
        }),
      ).y;
    const once = jit(rounds)(x, w).dataSync();
    let expected = x;
    for (let i = 0; i < 3; i++) expected = tf.tanh(matMulBfloat16(expected, w, false, true));
    expected.dataSync().forEach((y, i) => expect(Math.abs(y - (once[i] as number))).toBeLessThan(0.02));
  });

  it('is what the model computes with when its config says bf16', () => {
    const params = tinyParams(tinyConfig);
    const tokens = tf.tensor2d([1, 4, 2, 7, 3, 5], [2, 3], 'int32');
    const read = (bf16: boolean): Float32Array =>
      tf.tidy(
        () =>
          hiddenStates(params, { ...tinyConfig, bf16 }, tokens, tf.ones([2, 3])).dataSync() as Float32Array,
      );
    const [exact, rounded] = [read(false), read(true)];
    const gaps = exact.map((x, i) => Math.abs(x - (rounded[i] as number)));
    expect(Math.max(...gaps)).toBeGreaterThan(1e-5);
    expect(Math.max(...gaps)).toBeLessThan(0.1);
    tf.dispose([params, tokens]);
  });
});
