import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { geluTanh, layerNorm, rmsNorm, rotaryTables, rotate, swiglu } from '../../lib/model/layers';
import { ropeFrequencies } from '../../lib/model/rope';
import { createRng } from '../../lib/random';
import { distance, gradientError } from './tiny';

beforeAll(() => useEngine('cpu'));

const random = (shape: number[], name = 'x'): tf.Tensor =>
  tf.tensor(
    createRng(1)
      .fork(name)
      .normals(shape.reduce((a, b) => a * b, 1)),
    shape,
  );

describe('rmsNorm', () => {
  it('divides by the root mean square and multiplies by the weight', () => {
    const y = rmsNorm(tf.tensor2d([[3, 4]]), tf.tensor1d([1, 2]), 0);
    const root = Math.sqrt((9 + 16) / 2);
    expect(Array.from(y.dataSync())).toEqual(
      [Math.fround(3 / root), Math.fround(8 / root)].map((x) => expect.closeTo(x, 5)),
    );
  });

  it('has the gradient of central differences', () => {
    const f = (x: tf.Tensor, w: tf.Tensor) => rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, 1e-5);
    expect(gradientError(f, [random([3, 4]), random([4], 'w')])).toBeLessThan(1e-3);
  });
});

describe('layerNorm', () => {
  it('takes the mean away, divides by the standard deviation, and multiplies and shifts', () => {
    const y = layerNorm(tf.tensor2d([[1, 5]]), tf.tensor1d([1, 2]), tf.tensor1d([0, 10]), 0);
    expect(Array.from(y.dataSync())).toEqual([-1, 12].map((x) => expect.closeTo(x, 5)));
  });

  it('has the gradient of central differences', () => {
    const f = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
      layerNorm(x as tf.Tensor2D, w as tf.Tensor1D, b as tf.Tensor1D, 1e-5);
    expect(gradientError(f, [random([3, 4]), random([4], 'w'), random([4], 'b')])).toBeLessThan(1e-3);
  });
});

describe('geluTanh', () => {
  it('is near z·Φ(z), with the normal distribution’s Φ', () => {
    const [low, high] = geluTanh(tf.tensor2d([[-1, 1]])).dataSync();
    expect(low).toBeCloseTo(-0.1587, 3);
    expect(high).toBeCloseTo(0.8413, 3);
  });

  it('has the gradient of central differences', () => {
    expect(gradientError((z) => geluTanh(z as tf.Tensor2D), [random([3, 4])])).toBeLessThan(1e-3);
  });
});

describe('swiglu', () => {
  it('is gate·σ(gate)·up', () => {
    const [y] = swiglu(tf.tensor2d([[2]]), tf.tensor2d([[3]])).dataSync();
    expect(y).toBeCloseTo((2 * 3) / (1 + Math.exp(-2)), 5);
  });

  it('has the gradient of central differences', () => {
    const f = (gate: tf.Tensor, up: tf.Tensor) => swiglu(gate as tf.Tensor2D, up as tf.Tensor2D);
    expect(gradientError(f, [random([3, 4]), random([3, 4], 'up')])).toBeLessThan(1e-3);
  });
});

describe('rotate', () => {
  const tables = (positions: number[]) => rotaryTables(tf.tensor2d([positions]), ropeFrequencies(4, 100));

  it('turns the pairs (i, i + hd/2) by position · θ^(−2i/hd)', () => {
    const turned = rotate(tf.tensor4d([1, 1, 0, 0], [1, 1, 1, 4]), tables([2])).dataSync();
    const expected = [Math.cos(2), Math.cos(0.2), Math.sin(2), Math.sin(0.2)];
    expect(Array.from(turned)).toEqual(expected.map((x) => expect.closeTo(x, 5)));
  });

  it('makes products of queries and keys depend on the difference of positions only', () => {
    const q = random([1, 1, 1, 4], 'q') as tf.Tensor4D;
    const k = random([1, 1, 1, 4], 'k') as tf.Tensor4D;
    const product = (a: number, b: number) => tf.sum(tf.mul(rotate(q, tables([a])), rotate(k, tables([b]))));
    expect(distance(product(7, 4), product(13, 10))).toBeLessThan(1e-5);
    expect(distance(product(7, 4), product(7, 5))).toBeGreaterThan(1e-3);
  });

  it('has the gradient of central differences', () => {
    const angles = tables([0, 3, 5]);
    expect(gradientError((x) => rotate(x as tf.Tensor4D, angles), [random([1, 2, 3, 4])])).toBeLessThan(1e-3);
  });

  it('turns neighbours, and leaves dimensions behind the tables as they are', () => {
    const neighbours = rotaryTables(tf.tensor2d([[2]]), ropeFrequencies(4, 100), { interleaved: true });
    const turned = rotate(tf.tensor4d([1, 0, 1, 0, 7, 8], [1, 1, 1, 6]), neighbours).dataSync();
    const expected = [Math.cos(2), Math.sin(2), Math.cos(0.2), Math.sin(0.2), 7, 8];
    expect(Array.from(turned)).toEqual(expected.map((x) => expect.closeTo(x, 5)));
    const f = (x: tf.Tensor) => rotate(x as tf.Tensor4D, neighbours);
    expect(gradientError(f, [random([1, 2, 1, 6])])).toBeLessThan(1e-3);
  });

  it('is stretched by the factor of the tables', () => {
    const long = rotaryTables(tf.tensor2d([[2]]), ropeFrequencies(4, 100), { factor: 1.5 });
    const [x, y] = [long, tables([2])].map((given) => rotate(tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4]), given));
    expect(distance(x as tf.Tensor, tf.mul(y as tf.Tensor, 1.5))).toBeLessThan(1e-6);
  });
});
