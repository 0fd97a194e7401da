/** What a token loses in PPO, by the policy and by the value head: pure functions of log-probabilities and values. */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from '../../tensor/assert';
import type { Coefficient } from '../../tensor/coefficients';
import { maxLogRatio } from '../../tensor/kl';
import { clip } from '../../tensor/ops';

export interface PolicyLoss {
  /** Of each token. [B, R] */
  readonly loss: tf.Tensor2D;
  /** π/π_old. [B, R] */
  readonly ratio: tf.Tensor2D;
  /** 1 where clipping took effect. [B, R] */
  readonly clipped: tf.Tensor2D;
  /** ½(log π − log π_old)², nats. [B, R] */
  readonly approxKl: tf.Tensor2D;
}

/**
 * Clipped surrogate, with ρ = π/π_old: max(−A·ρ, −A·clip(ρ, 1 ± cliprange)), token by token. The log-ratio is cut at ±20
 * before it is exponentiated.
 *
 * @param logprobs of the policy. [B, R]
 * @param oldLogprobs of the policy that sampled. [B, R]
 * @param advantages [B, R]
 * @throws {ShapeError} when the shapes differ.
 * @see Schulman et al. 2017, eq. 7 (arXiv:1707.06347).
 */
export function ppoPolicyLoss(
  logprobs: tf.Tensor2D,
  oldLogprobs: tf.Tensor2D,
  advantages: tf.Tensor2D,
  cliprange: Coefficient,
): PolicyLoss {
  assertShape('ppoPolicyLoss', { oldLogprobs, advantages }, logprobs.shape);
  const logRatio = tf.clipByValue(tf.sub<tf.Tensor2D>(logprobs, oldLogprobs), -maxLogRatio, maxLogRatio); // [B, R]
  const ratio = tf.exp(logRatio) as tf.Tensor2D;
  const plain = tf.neg(tf.mul(advantages, ratio));
  const clippedRatio = clip(ratio, tf.sub<tf.Scalar>(1, cliprange), tf.add<tf.Scalar>(1, cliprange));
  const clipped = tf.neg(tf.mul(advantages, clippedRatio));
  return {
    loss: tf.maximum<tf.Tensor2D>(plain, clipped),
    ratio,
    clipped: tf.cast(tf.greater(clipped, plain), 'float32') as tf.Tensor2D,
    approxKl: tf.mul<tf.Tensor2D>(tf.square(logRatio), 0.5),
  };
}

export interface ValueLoss {
  /** Of each token. [B, R] */
  readonly loss: tf.Tensor2D;
  /** 1 where clipping took effect. [B, R] */
  readonly clipped: tf.Tensor2D;
}

/**
 * Clipped value loss: ½·max((v − G)², (v_clip − G)²), v_clip = v_old + clip(v − v_old, ± cliprangeValue), token by token.
 *
 * @param values of the value head. [B, R]
 * @param oldValues at the time of the rollout. [B, R]
 * @param returns G. [B, R]
 * @throws {ShapeError} when the shapes differ.
 */
export function ppoValueLoss(
  values: tf.Tensor2D,
  oldValues: tf.Tensor2D,
  returns: tf.Tensor2D,
  cliprangeValue: Coefficient,
): ValueLoss {
  assertShape('ppoValueLoss', { oldValues, returns }, values.shape);
  const near = tf.add(oldValues, clip(tf.sub(values, oldValues), tf.neg(cliprangeValue), cliprangeValue));
  const plain = tf.square(tf.sub<tf.Tensor2D>(values, returns));
  const clipped = tf.square(tf.sub<tf.Tensor2D>(near, returns));
  return {
    loss: tf.mul<tf.Tensor2D>(tf.maximum(plain, clipped), 0.5),
    clipped: tf.cast(tf.greater(clipped, plain), 'float32') as tf.Tensor2D,
  };
}
