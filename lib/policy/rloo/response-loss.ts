/** What a response loses in RLOO: a pure function of log-probabilities. */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from '../../tensor/assert';
import { clippedSurrogate, type Surrogate, type SurrogateOptions } from '../surrogate';

export interface RlooLoss extends Omit<Surrogate<tf.Tensor1D>, 'surrogate'> {
  /** Of each response. [B] */
  readonly loss: tf.Tensor1D;
}

/**
 * Loss of each response: −`clippedSurrogate`, with ρ = π/π_old of the whole response. On responses of the policy itself ρ is 1
 * and the gradient is REINFORCE's, −A·∇log π.
 *
 * @param logps log π of the responses. [B]
 * @param oldLogps of the policy that sampled. [B]
 * @param advantages one per response. [B]
 * @throws {ShapeError} when the shapes differ.
 * @see Ahmadian et al. 2024 (arXiv:2402.14740); the clipped ratio as in TRL.
 */
export function rlooLoss(
  logps: tf.Tensor1D,
  oldLogps: tf.Tensor1D,
  advantages: tf.Tensor1D,
  options: SurrogateOptions,
): RlooLoss {
  assertShape('rlooLoss', { oldLogps, advantages }, logps.shape);
  const { surrogate, ...rest } = clippedSurrogate(logps, oldLogps, advantages, options);
  return { loss: tf.neg(surrogate), ...rest };
}
