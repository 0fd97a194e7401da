/** The RLOO loss: a pure function of log-probabilities of whole responses. */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from '../../tensor/assert';
import type { Coefficient } from '../../tensor/coefficients';
import { maxLogRatio } from '../../tensor/kl';
import { clip } from '../../tensor/ops';

export interface RlooLossOptions {
  readonly epsilon: Coefficient;
  /** `epsilon` when absent. */
  readonly epsilonHigh?: Coefficient;
}

export interface RlooLoss {
  /** Of each response. [B] */
  readonly loss: tf.Tensor1D;
  /** π/π_old of the whole response. [B] */
  readonly ratio: tf.Tensor1D;
  /** 1 where the ratio fell below the clip range and the advantage is negative. [B] */
  readonly lowClipped: tf.Tensor1D;
  /** 1 where the ratio rose above it and the advantage is positive. [B] */
  readonly highClipped: tf.Tensor1D;
}

/**
 * Loss of each response, with ρ = π/π_old of the whole response: −min(A·ρ, A·clip(ρ, 1 − ε, 1 + ε_high)). On responses of the policy
 * itself ρ is 1 and the gradient is REINFORCE's, −A·∇log π. The log-ratio is cut at ±20 before it is exponentiated.
 *
 * @param logps log π of the responses. [B]
 * @param oldLogps log π_old of the policy that sampled. [B]
 * @param advantages [B]
 * @throws {ShapeError} when the shapes differ.
 * @see Ahmadian et al. 2024 (arXiv:2402.14740); the clipped ratio as in TRL.
 */
export function rlooLoss(
  logps: tf.Tensor1D,
  oldLogps: tf.Tensor1D,
  advantages: tf.Tensor1D,
  { epsilon, epsilonHigh = epsilon }: RlooLossOptions,
): RlooLoss {
  assertShape('rlooLoss', { oldLogps, advantages }, logps.shape);
  const logRatio = tf.clipByValue(tf.sub<tf.Tensor1D>(logps, oldLogps), -maxLogRatio, maxLogRatio); // [B]
  const ratio = tf.exp(logRatio) as tf.Tensor1D;
  const [low, high]: [tf.Scalar, tf.Scalar] = [tf.sub(1, epsilon), tf.add(1, epsilonHigh)];
  const clippedRatio = clip(ratio, low, high);
  const both = (a: tf.Tensor, b: tf.Tensor): tf.Tensor1D =>
    tf.cast(tf.logicalAnd(a, b), 'float32') as tf.Tensor1D;
  return {
    loss: tf.neg(tf.minimum<tf.Tensor1D>(tf.mul(ratio, advantages), tf.mul(clippedRatio, advantages))),
    ratio,
    lowClipped: both(tf.less(ratio, low), tf.less(advantages, 0)),
    highClipped: both(tf.greater(ratio, high), tf.greater(advantages, 0)),
  };
}
