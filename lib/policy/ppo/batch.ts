/** Rollouts with advantages as token batches. */
import type * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import type { SftTermBatch } from '../demonstrations';
import { perToken, rolloutBatch, type RolloutBatch, type RolloutRow } from '../rollout-batch';
import type { PpoConfig } from './config';

/** A rollout ready for updates; every list is as long as the response. */
export interface Row extends RolloutRow {
  readonly values: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

export type Batch = RolloutBatch & {
  /** [B, R] each */
  readonly oldValues: tf.Tensor2D;
  readonly advantages: tf.Tensor2D;
  readonly returns: tf.Tensor2D;
  readonly coefficients: Coefficients<'cliprange' | 'cliprangeValue' | 'vfCoef'>;
};

/** Lays rows out; the caller disposes the batch. `whole` are all rows of the update. */
export function batch(
  rows: readonly Row[],
  whole: readonly Row[],
  padTokenId: number,
  config: PpoConfig,
  demonstrations?: SftTermBatch,
): Batch {
  const { cliprange, cliprangeValue, vfCoef } = config;
  const common = rolloutBatch(rows, whole, padTokenId, config, demonstrations);
  return {
    ...common,
    oldValues: perToken(rows, common.sequences, (row) => row.values),
    advantages: perToken(rows, common.sequences, (row) => row.advantages),
    returns: perToken(rows, common.sequences, (row) => row.returns),
    coefficients: coefficients({ cliprange, cliprangeValue, vfCoef }),
  };
}
