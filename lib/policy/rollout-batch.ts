/** Rollouts as token batches, and what the policy that is trained says of them: what the losses of PPO, GRPO and RLOO begin with. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../model/config';
import { k1 } from '../tensor/kl';
import { entropy } from '../tensor/logprobs';
import type { NamedTensors } from '../train/adamw';
import { responseHidden, responseLogits, responseLogprobs } from '../train/responses';
import { padRows, type EncodedRow, type SequenceBatch } from '../train/sequences';
import type { SftTermBatch } from './demonstrations';
import { sequenceLimits } from './rollout';
import type { RolloutConfig } from './rollout-config';

/** A rollout as an update reads it; the list is as long as the response. */
export interface RolloutRow extends EncodedRow {
  /** log π_old of the policy that sampled, nats. */
  readonly logprobs: Float32Array;
}

export type RolloutBatch = {
  /** [B, …] */
  readonly sequences: SequenceBatch;
  /** [B, R] */
  readonly oldLogprobs: tf.Tensor2D;
  /** Response tokens of the whole update. */
  readonly count: tf.Scalar;
  readonly demonstrations?: SftTermBatch;
};

/** Lays rows out; the caller disposes the batch. `whole` are all rows of the update. */
export function rolloutBatch<R extends RolloutRow>(
  rows: readonly R[],
  whole: readonly R[],
  padTokenId: number,
  config: RolloutConfig,
  demonstrations: SftTermBatch | undefined,
): RolloutBatch {
  const sequences = padRows(rows, padTokenId, sequenceLimits(config));
  return {
    sequences,
    oldLogprobs: perToken(rows, sequences, (row) => row.logprobs),
    count: tf.scalar(countTokens(whole)),
    ...(demonstrations !== undefined && { demonstrations }),
  };
}

/** Response tokens of rows. */
export function countTokens(rows: readonly EncodedRow[]): number {
  return rows.reduce((sum, row) => sum + row.responseTokens.length, 0);
}

/** Numbers per response token under their tokens, 0 under padding. [B, R] */
export function perToken<R>(
  rows: readonly R[],
  { responseMask }: SequenceBatch,
  numbersOf: (row: R) => ArrayLike<number>,
): tf.Tensor2D {
  const [B, R] = responseMask.shape;
  const padded = new Float32Array(B * R);
  rows.forEach((row, b) => padded.set(numbersOf(row), b * R));
  return tf.tensor2d(padded, [B, R]);
}

/** What the policy says of the responses of a batch. */
export interface PolicyReading {
  /** From which the response tokens are predicted. [B, R, D] */
  readonly hidden: tf.Tensor3D;
  /** log π of the response tokens, nats. [B, R] */
  readonly logprobs: tf.Tensor2D;
  /** Of the predictions, nats. [B, R] */
  readonly entropy: tf.Tensor;
  /** Mean of a number [B, R] over the response tokens of the whole update: this part's sum / count. */
  readonly mean: (perToken: tf.Tensor) => tf.Scalar;
  /** Mean of π/π_old and its variance around 1, the mean that it has under the policy that sampled; token by token. */
  readonly ratioMetrics: { readonly 'val/ratio': tf.Scalar; readonly 'val/ratio_var': tf.Scalar };
}

/** Reads a batch at the temperature that it was sampled at. */
export function readBatch(
  params: NamedTensors,
  { sequences, oldLogprobs, count }: RolloutBatch,
  model: ModelConfig,
  { temperature }: Pick<RolloutConfig, 'temperature'>,
): PolicyReading {
  const mask = sequences.responseMask; // [B, R]
  const hidden = responseHidden(params, model, sequences); // [B, R, D]
  const logits = responseLogits(params, model, hidden, temperature); // [B·R, V]
  const logprobs = responseLogprobs(logits, sequences); // [B, R]
  const mean = (numbers: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(numbers, mask)), count);
  const ratio = tf.exp(k1(logprobs, oldLogprobs)); // [B, R]
  return {
    hidden,
    logprobs,
    entropy: tf.reshape(entropy(logits), mask.shape),
    mean,
    ratioMetrics: { 'val/ratio': mean(ratio), 'val/ratio_var': mean(tf.square(tf.sub(ratio, 1))) },
  };
}
