import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../lib/random';
import {
  adaptLengthSlope,
  initialLengthCovariate,
  lengthCovariateMetrics,
} from '../../../lib/reward/debias/length-covariate';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('lengthCovariateMetrics', () => {
  it('gives the derivatives of the log-likelihood', () => {
    const differences = tf.tensor1d([3, -2, 0]);
    const weights = tf.tensor1d([1, 2, 5]);
    const gaps = tf.tensor1d([0.5, -1, 2]);
    const likelihood = (slope: tf.Scalar) =>
      tf.div(
        tf.sum(tf.mul(weights, tf.neg(tf.softplus(tf.neg(tf.add(gaps, tf.mul(slope, differences))))))),
        3,
      ) as tf.Scalar;
    const slope = tf.scalar(0.2);
    const logits = tf.add(gaps, tf.mul(slope, differences)) as tf.Tensor1D;
    const metrics = lengthCovariateMetrics(logits, differences, weights, tf.scalar(3));
    const gradient = tf.grad((x: tf.Tensor) => likelihood(x as tf.Scalar));
    expect(metrics.length_gradient.dataSync()[0]).toBeCloseTo(gradient(slope).dataSync()[0] as number, 5);
    const h = 0.05;
    const [above, below] = [h, -h].map((d) => gradient(tf.scalar(0.2 + d)).dataSync()[0] as number) as [
      number,
      number,
    ];
    expect(metrics.length_curvature.dataSync()[0]).toBeCloseTo((below - above) / (2 * h), 2);
  });
});

describe('adaptLengthSlope', () => {
  it('finds the slope that votes were drawn with, where balancing by marginal odds would find less', () => {
    const rng = createRng(4);
    const truth = 0.3;
    let state = initialLengthCovariate;
    const reached: number[] = [];
    for (let step = 0; step < 600; step++) {
      const pairs = Array.from({ length: 32 }, () => {
        const gap = 3 * rng.normal();
        const difference = 5 * rng.normal();
        const won = rng.chance(1 / (1 + Math.exp(-(gap + truth * difference))));
        return won ? { gap, difference } : { gap: -gap, difference: -difference };
      });
      const [gaps, differences] = [pairs.map(({ gap }) => gap), pairs.map((pair) => pair.difference)].map(
        (values) => tf.tensor1d(values),
      ) as [tf.Tensor1D, tf.Tensor1D];
      const metrics = tf.tidy(() =>
        lengthCovariateMetrics(
          tf.add(gaps, tf.mul(state.lengthSlope, differences)),
          differences,
          tf.ones([32]),
          tf.scalar(32),
        ),
      );
      const [gradient, curvature] = [metrics.length_gradient, metrics.length_curvature].map(
        (scalar) => scalar.dataSync()[0] as number,
      ) as [number, number];
      state = adaptLengthSlope(state, gradient, curvature);
      if (step >= 300) reached.push(state.lengthSlope);
    }
    expect(reached.reduce((sum, slope) => sum + slope, 0) / reached.length).toBeCloseTo(truth, 1);
  });

  it('takes the whole Newton step on the first batch, a share of it later, and none where all lengths are equal', () => {
    const first = adaptLengthSlope(initialLengthCovariate, 2, 4);
    expect(first).toEqual({ lengthSlope: 0.5, lengthCurvature: 4, lengthBatches: 1 });
    expect(adaptLengthSlope(first, 3, 2)).toEqual({ lengthSlope: 1, lengthCurvature: 3, lengthBatches: 2 });
    expect(adaptLengthSlope({ ...first, lengthBatches: 100 }, 4, 4).lengthSlope).toBeCloseTo(0.55, 12);
    expect(adaptLengthSlope(initialLengthCovariate, 0, 0).lengthSlope).toBe(0);
  });
});
