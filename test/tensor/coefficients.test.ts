import type * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { coefficients } from '../../lib/tensor/coefficients';

beforeAll(() => useEngine('cpu'));

describe('coefficients', () => {
  it('are scalars under the names of the numbers; a 0 stays a number', () => {
    const { beta, labelSmoothing } = coefficients({ beta: 0.5, labelSmoothing: 0 });
    expect([(beta as tf.Scalar).shape, (beta as tf.Scalar).dataSync()[0]]).toEqual([[], 0.5]);
    expect(labelSmoothing).toBe(0);
  });
});
