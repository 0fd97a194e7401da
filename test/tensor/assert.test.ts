import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../lib/errors';
import { assertShape } from '../../lib/tensor/assert';

describe('assertShape', () => {
  it('passes the expected shape, −1 standing for any size', () => {
    expect(() => assertShape('f', { x: tf.zeros([2, 3]) }, [2, 3])).not.toThrow();
    expect(() => assertShape('f', { x: tf.zeros([2, 3]) }, [-1, 3])).not.toThrow();
  });

  it('names function, argument, expected and got', () => {
    const refLogratios = tf.zeros([4]);
    expect(() => assertShape('dpoLoss', { refLogratios }, [8])).toThrow(
      new ShapeError('dpoLoss: refLogratios must be [8], got [4]'),
    );
    expect(() => assertShape('f', { x: tf.zeros([4]) }, [-1, 2])).toThrow('f: x must be [*, 2], got [4]');
  });
});
