/** Statistics over the entries that count; what stands under a zero of the mask never matters. */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from './assert';

/**
 * Σ x·m / Σ m; 0 when nothing counts.
 *
 * @param mask 1 = counts; the shape of `x`.
 * @throws {ShapeError} when the shapes differ.
 */
export function maskedMean(x: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  assertShape('maskedMean', { mask }, x.shape);
  return tf.div(tf.sum(tf.mul(x, mask)), tf.maximum(tf.sum(mask), 1));
}

/**
 * Unbiased variance Σ m·(x − x̄)² / (Σ m − 1); 0 when fewer than two entries count.
 *
 * @param mask 1 = counts; the shape of `x`.
 * @throws {ShapeError} when the shapes differ.
 */
export function maskedVar(x: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  const deviation = tf.sub(x, maskedMean(x, mask));
  return tf.div(tf.sum(tf.mul(tf.square(deviation), mask)), tf.maximum(tf.sub(tf.sum(mask), 1), 1));
}

/**
 * (x − x̄) / √(var + 1e-8) where the mask is 1, 0 elsewhere; with `shiftMean` false the mean is added back.
 *
 * @param mask 1 = counts; the shape of `x`.
 * @throws {ShapeError} when the shapes differ.
 */
export function maskedWhiten<T extends tf.Tensor>(x: T, mask: T, shiftMean = true): T {
  const mean = maskedMean(x, mask);
  const whitened = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(maskedVar(x, mask), 1e-8)));
  return tf.mul(shiftMean ? whitened : tf.add(whitened, mean), mask);
}
