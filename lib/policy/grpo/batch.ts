/** Rollouts with advantages as token batches. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import { padRows, type EncodedRow, type SequenceBatch } from '../../train/sequences';
import { sequenceLimits } from '../rollout';
import type { GrpoConfig } from './config';
import { tokenWeight } from './loss';
import type { SftTermBatch } from '../demonstrations';

/** A rollout ready for updates; the lists are as long as the response. */
export interface GrpoRow extends EncodedRow {
  readonly logprobs: Float32Array;
  readonly refLogprobs: Float32Array;
  readonly advantage: number;
}

export type GrpoBatch = {
  /** [B, …] */
  readonly sequences: SequenceBatch;
  /** [B, R] each */
  readonly oldLogprobs: tf.Tensor2D;
  readonly refLogprobs: tf.Tensor2D;
  /** What each token counts in the loss of the whole update; 0 on padding. [B, R] */
  readonly weights: tf.Tensor2D;
  /** [B, 1] */
  readonly advantages: tf.Tensor2D;
  /** Response tokens of the whole update. */
  readonly count: tf.Scalar;
  readonly coefficients: Coefficients<'epsilon' | 'epsilonHigh' | 'beta'>;
  readonly demonstrations?: SftTermBatch;
};

/**
 * Lays rows out; the caller disposes the batch.
 *
 * @param whole all rows of the update. @param meanTokens response tokens of an update on average over the iteration.
 */
export function grpoBatch(
  rows: readonly GrpoRow[],
  whole: readonly GrpoRow[],
  meanTokens: number,
  padTokenId: number,
  config: GrpoConfig,
  demonstrations?: SftTermBatch,
): GrpoBatch {
  const sequences = padRows(rows, padTokenId, sequenceLimits(config));
  const [B, R] = sequences.responseMask.shape;
  const { epsilon, epsilonHigh = epsilon, beta } = config;
  const tokens = whole.reduce((sum, row) => sum + row.responseTokens.length, 0);
  const sizes = { responses: whole.length, tokens, meanTokens, maxNewTokens: config.maxNewTokens };
  const perToken = (numbers: (row: GrpoRow) => ArrayLike<number>): tf.Tensor2D => {
    const padded = new Float32Array(B * R);
    rows.forEach((row, b) => padded.set(numbers(row), b * R));
    return tf.tensor2d(padded, [B, R]);
  };
  return {
    sequences,
    oldLogprobs: perToken((row) => row.logprobs),
    refLogprobs: perToken((row) => row.refLogprobs),
    weights: perToken(({ responseTokens: { length } }) =>
      new Float32Array(length).fill(tokenWeight(config.lossType, length, sizes)),
    ),
    advantages: tf.tensor2d(
      Float32Array.from(rows, (row) => row.advantage),
      [B, 1],
    ),
    count: tf.scalar(tokens),
    coefficients: coefficients({ epsilon, epsilonHigh, beta }),
    ...(demonstrations !== undefined && { demonstrations }),
  };
}
