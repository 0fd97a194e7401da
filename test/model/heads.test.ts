import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { InputError } from '../../lib/errors';
import { lmLogits, scores, values } from '../../lib/model/heads';
import { gradientError, tinyConfig } from './tiny';

beforeAll(() => useEngine('cpu'));

const hidden = () => tf.tensor3d([[[1, 0], [2, 1], [3, 3]], [[4, 0], [5, 1], [6, 2]]]); // prettier-ignore

describe('scores', () => {
  it('reads the score at each row’s last real token', () => {
    const given = { 'score.weight': tf.tensor2d([[10, 1]]) };
    expect(Array.from(scores(given, hidden(), tf.tensor1d([1, 5], 'int32')).dataSync())).toEqual([21, 62]);
  });

  it('has the gradient of central differences', () => {
    const f = (h: tf.Tensor, w: tf.Tensor) =>
      scores({ 'score.weight': w }, h as tf.Tensor3D, tf.tensor1d([1, 5], 'int32'));
    expect(gradientError(f, [hidden(), tf.tensor2d([[0.5, -1]])])).toBeLessThan(1e-3);
  });

  it('reads one score a row of the head where there are several', () => {
    const given = { 'score.weight': tf.tensor2d([[10, 1], [0, -1]]) }; // prettier-ignore
    const read = scores(given, hidden(), tf.tensor1d([1, 5], 'int32'));
    expect(read.arraySync()).toEqual([
      [21, -1],
      [62, -2],
    ]);
  });

  it('says which head the model lacks', () => {
    expect(() => scores({}, hidden(), tf.tensor1d([0, 0], 'int32'))).toThrow(
      new InputError('the model has no score.weight'),
    );
  });
});

describe('values', () => {
  it('gives weight·h + bias at every token', () => {
    const given = { 'value.weight': tf.tensor2d([[1, 2]]), 'value.bias': tf.tensor1d([0.5]) };
    expect(values(given, hidden()).arraySync()).toEqual([
      [1.5, 4.5, 9.5],
      [4.5, 7.5, 10.5],
    ]);
  });
});

describe('lmLogits', () => {
  it('multiplies by the embedding when it is tied, by lm_head when it is not', () => {
    const given = { 'model.embed_tokens.weight': tf.tensor2d([[1, 0], [0, 1]]), 'lm_head.weight': tf.tensor2d([[2, 0], [0, 3]]) }; // prettier-ignore
    const h = tf.tensor2d([[5, 7]]);
    expect(lmLogits(given, tinyConfig, h).arraySync()).toEqual([[5, 7]]);
    expect(lmLogits(given, { ...tinyConfig, tieWordEmbeddings: false }, h).arraySync()).toEqual([[10, 21]]);
  });
});
