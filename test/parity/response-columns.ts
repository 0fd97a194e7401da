/** What prescribed logits say of the responses in a fixture of sequences without padding on the left. */
import * as tf from '@tensorflow/tfjs';
import { tokenLogprobs } from '../../lib/tensor/logprobs';

/**
 * Log-probabilities of the response tokens, each read one column before it.
 *
 * @param logits [B, T, V]
 * @returns logprobs [B, R] and the predictions that they are read from [B·R, V]
 */
export function responseColumns(
  logits: tf.Tensor3D,
  tokens: readonly (readonly number[])[],
  responseMask: readonly (readonly number[])[],
): { logprobs: tf.Tensor2D; predictions: tf.Tensor2D } {
  const [B, T, V] = logits.shape;
  const R = responseMask[0]?.length as number;
  const predictions: tf.Tensor2D = tf.reshape(tf.slice(logits, [0, T - R - 1, 0], [B, R, V]), [B * R, V]);
  const labels = tf.tensor1d(
    tokens.flatMap((row) => row.slice(T - R)),
    'int32',
  );
  return { logprobs: tf.reshape(tokenLogprobs(predictions, labels), [B, R]), predictions };
}
