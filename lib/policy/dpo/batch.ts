/** Preference pairs as token batches. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import { packResponses, type PackedResponses } from '../../train/responses';
import { padRows, type SequenceBatch } from '../../train/sequences';
import type { SftTermBatch } from '../demonstrations';
import type { DpoConfig } from './config';
import type { PairRow, Row } from './rows';

/** The responses of pairs: a row each, or side by side. */
export type Sides = SequenceBatch | PackedResponses;

export type Batch = {
  /** Chosen rows, then rejected rows. [2B, …] */
  readonly sequences: Sides;
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

/**
 * Chosen rows, then rejected rows; the caller disposes the batch.
 *
 * @param width D of the model. @param mostRows as in {@link padRows}.
 */
export function sides(
  pairs: readonly PairRow[],
  padTokenId: number,
  config: DpoConfig,
  width: number,
  mostRows?: number,
): Sides {
  const chosen = pairs.map((pair) => pair.chosen);
  const rejected = pairs.map((pair) => pair.rejected);
  if (!config.paddingFree) return padRows([...chosen, ...rejected], padTokenId, config, mostRows);
  return packResponses([...chosen, ...rejected], padTokenId, width);
}

/**
 * Lays pairs out; the caller disposes the batch.
 *
 * @param whole all pairs of the step. @param width D of the model.
 */
export function batch(
  rows: readonly Row[],
  whole: readonly Row[],
  padTokenId: number,
  config: DpoConfig,
  width: number,
  demonstrations?: SftTermBatch,
): Batch {
  const { beta, labelSmoothing, chosenSftCoef } = config;
  return {
    sequences: sides(rows, padTokenId, config, width),
    refChosenLogps: tf.tensor1d(rows.map((row) => row.refChosenLogps)),
    refRejectedLogps: tf.tensor1d(rows.map((row) => row.refRejectedLogps)),
    count: tf.scalar(whole.length),
    chosenTokens: tf.scalar(whole.reduce((sum, row) => sum + row.chosen.responseTokens.length, 0)),
    coefficients: coefficients({ beta, labelSmoothing, chosenSftCoef }),
    ...(demonstrations !== undefined && { demonstrations }),
  };
}
