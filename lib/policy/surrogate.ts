/** The clipped surrogate of GRPO and RLOO: of tokens there, of whole responses here. */
import * as tf from '@tensorflow/tfjs';
import type { Coefficient } from '../tensor/coefficients';
import { maxLogRatio } from '../tensor/kl';
import { clip } from '../tensor/ops';

export interface SurrogateOptions {
  readonly epsilon: Coefficient;
  /** `epsilon` when absent. */
  readonly epsilonHigh?: Coefficient;
}

/** Each of the shape of the log-probabilities. */
export interface Surrogate<T extends tf.Tensor> {
  /** To be maximised. */
  readonly surrogate: T;
  /** π/π_old. */
  readonly ratio: T;
  /** 1 where the ratio fell below the clip range and the advantage is negative. */
  readonly lowClipped: T;
  /** 1 where the ratio rose above it and the advantage is positive. */
  readonly highClipped: T;
}

/**
 * min(A·ρ, A·clip(ρ, 1 − ε, 1 + ε_high)) with ρ = π/π_old. The log-ratio is cut at ±20 before it is exponentiated.
 *
 * @param logprobs log π. @param oldLogprobs log π_old of the policy that sampled. @param advantages A, broadcast.
 * @see Schulman et al. 2017, eq. 7 (arXiv:1707.06347); ε_high: Yu et al. 2025 (arXiv:2503.14476).
 */
export function clippedSurrogate<T extends tf.Tensor>(
  logprobs: T,
  oldLogprobs: T,
  advantages: tf.Tensor,
  { epsilon, epsilonHigh = epsilon }: SurrogateOptions,
): Surrogate<T> {
  const logRatio = tf.clipByValue(tf.sub<T>(logprobs, oldLogprobs), -maxLogRatio, maxLogRatio);
  const ratio = tf.exp(logRatio) as T;
  const [low, high]: [tf.Scalar, tf.Scalar] = [tf.sub(1, epsilon), tf.add(1, epsilonHigh)];
  const both = (a: tf.Tensor, b: tf.Tensor): T => tf.cast(tf.logicalAnd(a, b), 'float32') as T;
  return {
    surrogate: tf.minimum(tf.mul(ratio, advantages), tf.mul(clip(ratio, low, high), advantages)),
    ratio,
    lowClipped: both(tf.less(ratio, low), tf.less(advantages, 0)),
    highClipped: both(tf.greater(ratio, high), tf.greater(advantages, 0)),
  };
}
