/** Log-probabilities of tokens, with an exact gradient that does not loop over rows. */
import * as tf from '@tensorflow/tfjs';

/**
 * log softmax(logits)[label], row by row.
 *
 * The gradient is written by hand, (onehot(label) − softmax)·dy: tfjs differentiates a gather with batch dimensions row by
 * row.
 *
 * @param logits [N, V]
 * @param labels [N] int32
 * @returns nats. [N]
 */
export function tokenLogprobs(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const [N, V] = logits.shape;
  const op = tf.customGrad((...inputs) => {
    const [z, save] = inputs as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    const normalizer = tf.logSumExp(z, 1, true); // [N, 1]
    const flat = tf.add(tf.cast(labels, 'int32'), tf.range(0, N * V, V, 'int32')); // [N]
    const chosen = tf.gather(tf.reshape(z, [N * V]), tf.cast(flat, 'int32')); // [N]
    save([z, normalizer, labels]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [x, norm, chosenLabels] = saved as [tf.Tensor, tf.Tensor, tf.Tensor1D];
      const probabilities = tf.exp(tf.sub(x, norm)); // [N, V]
      const onehot = tf.oneHot(chosenLabels, V);
      return [tf.mul(tf.sub(tf.cast(onehot, 'float32'), probabilities), tf.expandDims(dy, 1))];
    };
    return { value: tf.sub(chosen, tf.reshape(normalizer, [N])), gradFunc };
  });
  return op(logits) as tf.Tensor1D;
}

/**
 * Entropy −Σ p·log p of every row's distribution.
 *
 * @param logits [N, V]
 * @returns nats. [N]
 */
export function entropy(logits: tf.Tensor2D): tf.Tensor1D {
  const logprobs = tf.logSoftmax(logits);
  return tf.neg(tf.sum(tf.mul(tf.exp(logprobs), logprobs), 1)) as tf.Tensor1D;
}
