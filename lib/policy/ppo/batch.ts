/** Rollouts with advantages as token batches. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import { padRows, type EncodedRow, type SequenceBatch } from '../../train/sequences';
import type { SftTermBatch } from '../demonstrations';
import { sequenceLimits } from '../rollout';
import type { PpoConfig } from './config';

/** A rollout ready for updates; every list is as long as the response. */
export interface PpoRow extends EncodedRow {
  readonly logprobs: Float32Array;
  readonly values: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

export type PpoBatch = {
  /** [B, …] */
  readonly sequences: SequenceBatch;
  /** [B, R] each */
  readonly oldLogprobs: tf.Tensor2D;
  readonly oldValues: tf.Tensor2D;
  readonly advantages: tf.Tensor2D;
  readonly returns: tf.Tensor2D;
  /** Response tokens of the whole update. */
  readonly count: tf.Scalar;
  readonly coefficients: Coefficients<'cliprange' | 'cliprangeValue' | 'vfCoef'>;
  readonly demonstrations?: SftTermBatch;
};

/** Lays rows out; the caller disposes the batch. `whole` are all rows of the update. */
export function ppoBatch(
  rows: readonly PpoRow[],
  whole: readonly PpoRow[],
  padTokenId: number,
  config: PpoConfig,
  demonstrations?: SftTermBatch,
): PpoBatch {
  const sequences = padRows(rows, padTokenId, sequenceLimits(config));
  const [B, R] = sequences.responseMask.shape;
  const { cliprange, cliprangeValue, vfCoef } = config;
  const perToken = (key: 'logprobs' | 'values' | 'advantages' | 'returns'): tf.Tensor2D => {
    const padded = new Float32Array(B * R);
    rows.forEach((row, b) => padded.set(row[key], b * R));
    return tf.tensor2d(padded, [B, R]);
  };
  return {
    sequences,
    oldLogprobs: perToken('logprobs'),
    oldValues: perToken('values'),
    advantages: perToken('advantages'),
    returns: perToken('returns'),
    count: tf.scalar(whole.reduce((sum, row) => sum + row.responseTokens.length, 0)),
    coefficients: coefficients({ cliprange, cliprangeValue, vfCoef }),
    ...(demonstrations !== undefined && { demonstrations }),
  };
}
