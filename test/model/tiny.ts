/** A tiny model for tests: two layers, two query heads on one key head. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../../lib/model/config';
import { initParams, type Params } from '../../lib/model/params';
import { createRng } from '../../lib/random';

export const tinyConfig: ModelConfig = {
  vocabSize: 11,
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  numKeyValueHeads: 2,
  headDim: 4,
  maxPositionEmbeddings: 32,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  tieWordEmbeddings: true,
};

/** Random parameters; norms are away from 1, so that they matter. */
export function tinyParams(config: ModelConfig = tinyConfig, seed = 1): Params {
  const params = initParams(config, createRng(seed));
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(params).map(([name, tensor]) => [
        name,
        tensor.rank === 1 ? tf.add(tensor, 0.1) : tf.mul(tensor, 1.2),
      ]),
    ),
  );
}

/** Largest absolute difference of two tensors. */
export function distance(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number);
}

/**
 * Compares the gradients of Σ f(inputs)·c, for fixed random c, with central differences; returns the largest difference
 * relative to the largest gradient.
 */
export function gradientError(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): number {
  const rng = createRng('gradient');
  const weights = tf.tidy(() => {
    const { shape, size } = f(...inputs);
    return tf.tensor(rng.normals(size), shape);
  });
  const loss = (...xs: tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(f(...xs), weights));
  const exact = tf.grads(loss)(inputs);
  const step = 1e-2;
  let error = 0;
  let largest = 1e-3;
  inputs.forEach((input, k) => {
    const values = input.dataSync() as Float32Array;
    const gradient = (exact[k] as tf.Tensor).dataSync();
    values.forEach((_, i) => {
      const shifted = (by: number): number =>
        tf.tidy(() => {
          const copy = Float32Array.from(values);
          copy[i] = (copy[i] as number) + by;
          const moved = inputs.map((other, j) => (j === k ? tf.tensor(copy, input.shape) : other));
          return loss(...moved).dataSync()[0] as number;
        });
      // Five points: the error is of fourth order, so that a step large enough for float32 will do.
      const numeric =
        (8 * (shifted(step) - shifted(-step)) - (shifted(2 * step) - shifted(-2 * step))) / (12 * step);
      error = Math.max(error, Math.abs(numeric - (gradient[i] as number)));
      largest = Math.max(largest, Math.abs(numeric));
    });
  });
  return error / largest;
}
