/** Demonstrations for the SFT term of policies: drawn anew for every update, cut as the update is cut. */
import * as tf from '@tensorflow/tfjs';
import { fullLength } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig } from '../model/config';
import type { Rng } from '../random';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { NamedTensors } from '../train/adamw';
import {
  demonstrationMicrobatches,
  encodeDemonstration,
  type DemonstrationBatch,
  type DemonstrationRow,
} from '../train/demonstrations';
import { nextTokenLoss } from '../train/next-token-loss';
import { stepRowsByLength } from '../train/sampler';
import { requirePositions } from '../train/sequences';
import type { Demonstration } from '../types';

export interface SftTermOptions {
  /** Weight of the term; at 0 nothing is drawn. */
  readonly sftLossCoef: number;
  /** Demonstrations an update. */
  readonly sftBatchSize: number;
  /** Longer demonstrations lose their beginning. Tokens. */
  readonly maxLength: number;
  /** The flags that lower it. */
  readonly lengthFlags: string;
}

export type SftTermBatch = DemonstrationBatch & {
  /** Weight of the term: an input of the step, so that runs with other weights share its programs. */
  readonly coefficient: tf.Scalar;
};

/** Draws the demonstrations of update `update` (from 1), as at most `parts` batches with one common normaliser. */
export type DrawDemonstrations = (update: number, parts: number) => SftTermBatch[];

/**
 * The next-token loss on a part's demonstrations, bare and times its weight.
 *
 * @param batch absent where a small draw does not reach the part of the update: what is missing adds 0.
 */
export function sftTerm(
  params: NamedTensors,
  model: ModelConfig,
  batch: SftTermBatch | undefined,
): { readonly loss: tf.Scalar; readonly weighted: tf.Scalar } {
  if (batch === undefined) return { loss: tf.scalar(0), weighted: tf.scalar(0) };
  const { loss } = nextTokenLoss(params, model, batch);
  return { loss, weighted: tf.mul(loss, batch.coefficient) };
}

/**
 * Encodes demonstrations for an SFT term.
 *
 * @param stage the name in error messages, e.g. `ppo`.
 * @param model that is trained.
 * @throws {InputError} when the term has a weight and there are no demonstrations, or one is longer than the positions.
 */
export function demonstrationSource(
  stage: string,
  demonstrations: readonly Demonstration[],
  { tokenizer, config }: { readonly tokenizer: Tokenizer; readonly config: ModelConfig },
  { sftLossCoef, sftBatchSize, maxLength, lengthFlags }: SftTermOptions,
  rng: Rng,
): DrawDemonstrations {
  if (sftLossCoef === 0) return () => [];
  if (demonstrations.length === 0) {
    throw new InputError(`${stage}: sftLossCoef is above 0, so demonstrations are needed, got none`);
  }
  const rows = demonstrations.map((row) => encodeDemonstration(tokenizer, row, 'assistant', maxLength));
  const lengths = rows.map((row) => row.tokens.length);
  requirePositions(`${stage}, demonstrations`, lengths, config, lengthFlags);
  return (update, parts) =>
    demonstrationMicrobatches(
      stepRowsByLength(update, sftBatchSize, lengths, rng).map((i) => rows[i] as DemonstrationRow),
      parts,
      tokenizer.padTokenId,
      // A program of the policy's loss and this one is the dearest of all.
      { maxLength, pad: fullLength },
    ).map((batch) => ({ ...batch, coefficient: tf.scalar(sftLossCoef) }));
}
