/** Elementwise functions that tfjs lacks or differentiates wrongly. */
import * as tf from '@tensorflow/tfjs';
import type { Coefficient } from './coefficients';

/** log σ(x) = −softplus(−x), finite for any x. (The gradient of `tf.logSigmoid` throws for values computed on the way.) */
export function logSigmoid<T extends tf.Tensor>(x: T): T {
  return tf.neg(tf.softplus(tf.neg(x)));
}

/** max(low, min(x, high)), as `tf.clipByValue`, whose bounds cannot be inputs of a step. At the bounds its gradient is 1. */
export function clip<T extends tf.Tensor>(x: T, low: Coefficient, high: Coefficient): T {
  return tf.maximum(tf.minimum(x, high), low);
}
