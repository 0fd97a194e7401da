/** Preference pairs as token batches, with what the frozen reference says of them. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import {
  encodeRow,
  padRows,
  type EncodedRow,
  type SequenceBatch,
  type SequenceLimits,
} from '../../train/sequences';
import type { PreferencePair } from '../../types';
import type { SftTermBatch } from '../demonstrations';
import type { DpoConfig } from './config';

/** A pair in tokens. */
export interface DpoRow {
  readonly chosen: EncodedRow;
  readonly rejected: EncodedRow;
  /** log π_ref of the whole responses, nats; known once the reference has read them. */
  refChosenLogps: number;
  refRejectedLogps: number;
}

export type DpoBatch = {
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

export function encodePair(
  tokenizer: Tokenizer,
  { prompt, chosen, rejected }: PreferencePair,
  limits: SequenceLimits,
): DpoRow {
  return {
    chosen: encodeRow(tokenizer, prompt, chosen, limits),
    rejected: encodeRow(tokenizer, prompt, rejected, limits),
    refChosenLogps: Number.NaN,
    refRejectedLogps: Number.NaN,
  };
}

/** Lays pairs out; the caller disposes the batch. `whole` are all pairs of the step. */
export function dpoBatch(
  rows: readonly DpoRow[],
  whole: readonly DpoRow[],
  padTokenId: number,
  config: DpoConfig,
  demonstrations?: SftTermBatch,
): DpoBatch {
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
