import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { ShapeError } from '../../lib/errors';
import { maskedMean, maskedVar, maskedWhiten } from '../../lib/tensor/masked';

beforeAll(() => useEngine('cpu'));

const x = () => tf.tensor2d([[1, 2, 99], [6, -99, 99]]); // prettier-ignore
const mask = () => tf.tensor2d([[1, 1, 0], [1, 0, 0]]); // prettier-ignore
const number = (scalar: tf.Tensor): number => scalar.dataSync()[0] as number;

describe('masked statistics', () => {
  it('count only what the mask says', () => {
    expect(number(maskedMean(x(), mask()))).toBe(3);
    // Deviations −2, −1, 3: 14 / (3 − 1).
    expect(number(maskedVar(x(), mask()))).toBe(7);
  });

  it('are 0 when too little counts', () => {
    expect(number(maskedMean(x(), tf.zerosLike(x())))).toBe(0);
    expect(number(maskedVar(x(), tf.tensor2d([[1, 0, 0], [0, 0, 0]])))).toBe(0); // prettier-ignore
  });

  it('refuse a mask of another shape', () => {
    expect(() => maskedMean(x(), tf.ones([2, 1]))).toThrow(
      new ShapeError('maskedMean: mask must be [2, 3], got [2, 1]'),
    );
  });
});

describe('maskedWhiten', () => {
  it('gives mean 0 and variance 1, and 0 where nothing counts', () => {
    const whitened = maskedWhiten(x(), mask());
    expect(number(maskedMean(whitened, mask()))).toBeCloseTo(0, 6);
    expect(number(maskedVar(whitened, mask()))).toBeCloseTo(1, 5);
    expect(whitened.arraySync()[1]?.slice(1).map(Math.abs)).toEqual([0, 0]);
  });

  it('keeps the mean when asked', () => {
    const whitened = maskedWhiten(x(), mask(), false);
    expect(number(maskedMean(whitened, mask()))).toBeCloseTo(3, 5);
    expect(number(maskedVar(whitened, mask()))).toBeCloseTo(1, 5);
  });
});
