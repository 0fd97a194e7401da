/** Rollouts with advantages as token batches. */
import * as tf from '@tensorflow/tfjs';
import { coefficients, type Coefficients } from '../../tensor/coefficients';
import type { SftTermBatch } from '../demonstrations';
import { perToken, rolloutBatch, type RolloutBatch, type RolloutRow } from '../rollout-batch';
import type { GrpoConfig } from './config';
import { tokenWeights } from './token-loss';

/** A rollout ready for updates. */
export interface Row extends RolloutRow {
  readonly refLogprobs: Float32Array;
  readonly advantage: number;
  /** Response tokens of an update on average over the iteration. */
  readonly meanTokens: number;
}

export type Batch = RolloutBatch & {
  /** [B, R] */
  readonly refLogprobs: tf.Tensor2D;
  /** What each token counts in the loss of the whole update; 0 on padding. [B, R] */
  readonly weights: tf.Tensor2D;
  /** [B, 1] */
  readonly advantages: tf.Tensor2D;
  readonly coefficients: Coefficients<'epsilon' | 'epsilonHigh' | 'beta'>;
};

/** Lays rows out; the caller disposes the batch. `whole` are all rows of the update. */
export function batch(
  rows: readonly Row[],
  whole: readonly Row[],
  padTokenId: number,
  config: GrpoConfig,
  demonstrations?: SftTermBatch,
): Batch {
  const { epsilon, epsilonHigh = epsilon, beta } = config;
  const common = rolloutBatch(rows, whole, padTokenId, config, demonstrations);
  return {
    ...common,
    refLogprobs: perToken(rows, common.sequences, (row) => row.refLogprobs),
    weights: perToken(rows, common.sequences, tokenWeights(whole, config)),
    advantages: tf.tensor2d(rows.map((row) => [row.advantage])),
    coefficients: coefficients({ epsilon, epsilonHigh, beta }),
  };
}
