/** Rollouts with advantages as token batches. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import { padRows, type EncodedRow, type SequenceBatch } from '../../train/sequences';
import type { SftTermBatch } from '../demonstrations';
import { sequenceLimits } from '../rollout';
import type { RlooConfig } from './config';

/** A rollout ready for updates; the list is as long as the response. */
export interface RlooRow extends EncodedRow {
  readonly logprobs: Float32Array;
  readonly advantage: number;
}

export type RlooBatch = {
  /** [B, …] */
  readonly sequences: SequenceBatch;
  /** [B, R] */
  readonly oldLogprobs: tf.Tensor2D;
  /** [B] */
  readonly advantages: tf.Tensor1D;
  /** Response tokens of the whole update. */
  readonly count: tf.Scalar;
  /** Responses of the whole update. */
  readonly responses: tf.Scalar;
  readonly coefficients: Coefficients<'epsilon' | 'epsilonHigh'>;
  readonly demonstrations?: SftTermBatch;
};

/** Lays rows out; the caller disposes the batch. `whole` are all rows of the update. */
export function rlooBatch(
  rows: readonly RlooRow[],
  whole: readonly RlooRow[],
  padTokenId: number,
  config: RlooConfig,
  demonstrations?: SftTermBatch,
): RlooBatch {
  const sequences = padRows(rows, padTokenId, sequenceLimits(config));
  const [B, R] = sequences.responseMask.shape;
  const { epsilon, epsilonHigh = epsilon } = config;
  const oldLogprobs = new Float32Array(B * R);
  rows.forEach((row, b) => oldLogprobs.set(row.logprobs, b * R));
  return {
    sequences,
    oldLogprobs: tf.tensor2d(oldLogprobs, [B, R]),
    advantages: tf.tensor1d(Float32Array.from(rows, (row) => row.advantage)),
    count: tf.scalar(whole.reduce((sum, row) => sum + row.responseTokens.length, 0)),
    responses: tf.scalar(whole.length),
    coefficients: coefficients({ epsilon, epsilonHigh }),
    ...(demonstrations !== undefined && { demonstrations }),
  };
}
