/**
 * Estimators of KL(p ‖ q), token by token, from log-probabilities of tokens that were sampled from p. Their means over
 * samples are the divergence; single values of k1 may be negative.
 *
 * @see Schulman 2020, "Approximating KL divergence".
 */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from './assert';

export const klEstimators = ['k1', 'k3'] as const;
export type KlEstimator = (typeof klEstimators)[number];

/** Log-ratios beyond this, in nats, are cut: e²⁰ is already far outside what an estimate can mean, and e⁸⁹ overflows. */
export const maxLogRatio = 20;

/**
 * k1 = log p − log q: unbiased, high variance.
 *
 * @returns nats, the shape of the arguments.
 * @throws {ShapeError} when the shapes differ.
 */
export function k1<T extends tf.Tensor>(logprobs: T, refLogprobs: T): T {
  assertShape('k1', { refLogprobs }, logprobs.shape);
  return tf.clipByValue(tf.sub<T>(logprobs, refLogprobs), -maxLogRatio, maxLogRatio) as T;
}

/**
 * k3 = r − 1 − log r with r = q/p: unbiased while the ratio is not cut, never negative, low variance.
 *
 * @returns nats, the shape of the arguments.
 * @throws {ShapeError} when the shapes differ.
 */
export function k3<T extends tf.Tensor>(logprobs: T, refLogprobs: T): T {
  assertShape('k3', { refLogprobs }, logprobs.shape);
  const logRatio = tf.clipByValue(tf.sub(refLogprobs, logprobs), -maxLogRatio, maxLogRatio);
  return tf.sub(tf.expm1(logRatio), logRatio);
}
