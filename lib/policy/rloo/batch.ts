/** Rollouts with advantages as token batches. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import type { SftTermBatch } from '../demonstrations';
import { rolloutBatch, type RolloutBatch, type RolloutRow } from '../rollout-batch';
import type { RlooConfig } from './config';

/** A rollout ready for updates. */
export interface Row extends RolloutRow {
  readonly advantage: number;
}

export type Batch = RolloutBatch & {
  /** [B] */
  readonly advantages: tf.Tensor1D;
  /** Responses of the whole update. */
  readonly responses: tf.Scalar;
  readonly coefficients: Coefficients<'epsilon' | 'epsilonHigh'>;
};

/** Lays rows out; the caller disposes the batch. `whole` are all rows of the update. */
export function batch(
  rows: readonly Row[],
  whole: readonly Row[],
  padTokenId: number,
  config: RlooConfig,
  demonstrations?: SftTermBatch,
): Batch {
  const { epsilon, epsilonHigh = epsilon } = config;
  const common = rolloutBatch(rows, whole, padTokenId, config, demonstrations);
  return {
    ...common,
    advantages: tf.tensor1d(rows.map((row) => row.advantage)),
    responses: tf.scalar(whole.length),
    coefficients: coefficients({ epsilon, epsilonHigh }),
  };
}
