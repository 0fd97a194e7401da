/** Elementwise functions that tfjs lacks or differentiates wrongly. */
import * as tf from '@tensorflow/tfjs';

/** log σ(x) = −softplus(−x), finite for any x. (The gradient of `tf.logSigmoid` throws for values computed on the way.) */
export function logSigmoid<T extends tf.Tensor>(x: T): T {
  return tf.neg(tf.softplus(tf.neg(x)));
}
