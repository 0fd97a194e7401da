/** Draws the next token on the device: temperature, top-k, top-p, then the inverse of the cumulative distribution. */
import * as tf from '@tensorflow/tfjs';
import { tokenLogprobs } from '../tensor/logprobs';

export interface SamplingOptions {
  /** Divides the logits; 0 takes the likeliest token. */
  readonly temperature: number;
  /** Only the k likeliest tokens are drawn from; 0 or absent: all. */
  readonly topK?: number;
  /** Only the likeliest tokens that together reach this probability are drawn from; 1 or absent: all. */
  readonly topP?: number;
}

/** Stands for a probability of zero; finite, so that it stays out of trouble in later sums. */
const excluded = -1e9;

/**
 * Draws one token a row: the smallest v with Σ_{u ≤ v} p(u) > uniform.
 *
 * @param logits [B, V]
 * @param uniforms one number in (0, 1) a row. [B]
 * @returns token [B] int32 and its log-probability under the distribution drawn from, nats [B].
 */
export function sampleToken(
  logits: tf.Tensor2D,
  uniforms: tf.Tensor1D,
  options: SamplingOptions,
): { token: tf.Tensor1D; logprob: tf.Tensor1D } {
  if (options.temperature === 0) {
    const token = tf.argMax(logits, 1).cast('int32') as tf.Tensor1D;
    return { token, logprob: tokenLogprobs(logits, token) };
  }
  const filtered = samplingLogits(logits, options); // [B, V]
  const [B, V] = filtered.shape;
  const cumulative = tf.cumsum(tf.softmax(filtered), 1); // [B, V]
  // The last column is 1 up to rounding: scaling by it keeps every draw within the distribution.
  const total = tf.slice(cumulative, [0, V - 1], [B, 1]);
  const below = tf.cast(tf.lessEqual(cumulative, tf.mul(tf.reshape(uniforms, [B, 1]), total)), 'int32'); // [B, V]
  const token = tf.minimum(tf.sum(below, 1), V - 1).cast('int32') as tf.Tensor1D;
  return { token, logprob: tokenLogprobs(filtered, token) };
}

/** Logits of the distribution that {@link sampleToken} draws from (temperature above 0). [B, V] */
export function samplingLogits(
  logits: tf.Tensor2D,
  { temperature, topK = 0, topP = 1 }: SamplingOptions,
): tf.Tensor2D {
  let scaled = temperature === 1 ? logits : (tf.div(logits, temperature) as tf.Tensor2D);
  const [B, V] = scaled.shape;
  if (topK > 0 && topK < V) {
    const { values } = tf.topk(scaled, topK);
    scaled = keepFrom(scaled, tf.slice(values, [0, topK - 1], [B, 1]));
  }
  if (topP < 1) {
    const { values } = tf.topk(scaled, V);
    const probabilities = tf.softmax(values as tf.Tensor2D);
    const before = tf.sub(tf.cumsum(probabilities, 1), probabilities); // probability of all likelier tokens
    const within = tf.less(before, topP);
    // The least likely token that is kept sets the threshold.
    scaled = keepFrom(scaled, tf.min(tf.where(within, values, tf.fill([B, V], -excluded)), 1, true));
  }
  return scaled;
}

function keepFrom(logits: tf.Tensor2D, threshold: tf.Tensor): tf.Tensor2D {
  return tf.where(tf.greaterEqual(logits, threshold), logits, tf.fill(logits.shape, excluded));
}
