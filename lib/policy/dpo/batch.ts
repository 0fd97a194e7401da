/** Preference pairs as token batches. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import { padRows, type SequenceBatch } from '../../train/sequences';
import type { SftTermBatch } from '../demonstrations';
import type { DpoConfig } from './config';
import type { Row } from './rows';

export type Batch = {
  /** Chosen rows, then rejected rows. [2B, …] */
  readonly sequences: SequenceBatch;
  /** [B] */
  readonly refChosenLogps: tf.Tensor1D;
  /** [B] */
  readonly refRejectedLogps: tf.Tensor1D;
  /** Pairs of the whole step. */
  readonly count: tf.Scalar;
  /** Response tokens of the chosen side in the whole step. */
  readonly chosenTokens: tf.Scalar;
  readonly coefficients: Coefficients<'beta' | 'labelSmoothing' | 'chosenSftCoef'>;
  readonly demonstrations?: SftTermBatch;
};

/** Lays pairs out; the caller disposes the batch. `whole` are all pairs of the step. */
export function batch(
  rows: readonly Row[],
  whole: readonly Row[],
  padTokenId: number,
  config: DpoConfig,
  demonstrations?: SftTermBatch,
): Batch {
  const { beta, labelSmoothing, chosenSftCoef } = config;
  return {
    sequences: padRows(
      [...rows.map((row) => row.chosen), ...rows.map((row) => row.rejected)],
      padTokenId,
      config,
    ),
    refChosenLogps: tf.tensor1d(rows.map((row) => row.refChosenLogps)),
    refRejectedLogps: tf.tensor1d(rows.map((row) => row.refRejectedLogps)),
    count: tf.scalar(whole.length),
    chosenTokens: tf.scalar(whole.reduce((sum, row) => sum + row.chosen.responseTokens.length, 0)),
    coefficients: coefficients({ beta, labelSmoothing, chosenSftCoef }),
    ...(demonstrations !== undefined && { demonstrations }),
  };
}
