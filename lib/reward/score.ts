/** The reward model as the rest of the pipeline knows it: a function from responses to numbers. */
import type * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig } from '../model/config';
import { scores } from '../model/heads';
import { hiddenStates } from '../model/transformer';
import { disposeTree } from '../tensor/pytree';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { NamedTensors } from '../train/adamw';
import { chunk } from '../train/sampler';
import { encodeRow, type SequenceLimits } from '../train/sequences';
import type { Scorer } from '../types';
import { scoreBatch, type ScoreBatch } from './batch';

export interface RewardModels {
  /** With `score.weight` [1, D] for scoring; training adds it where it is missing. */
  readonly params: NamedTensors;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

export interface RewardScorerOptions extends SequenceLimits {
  /** Responses a forward pass. */
  readonly batchSize: number;
}

/**
 * Scores of a batch of token rows: the score head on the hidden state of each row's last real token.
 *
 * @returns [B]
 */
export function scoreRows(params: NamedTensors, config: ModelConfig, batch: ScoreBatch): tf.Tensor1D {
  const hidden = hiddenStates(params, config, batch.tokens, batch.mask); // [B, T, D]
  return scores(params, hidden, batch.lastIndex) as tf.Tensor1D; // [B]
}

/**
 * Makes a {@link Scorer} of a reward model. Rows are batched in order of length, so that little is padding, and returned
 * in the order asked; a score does not depend on what else is in the batch beyond rounding (1e-5). Memory is that of one
 * batch, however many responses are scored. The scorer reads `models.params` at every call and never disposes them.
 *
 * @throws {InputError} without a score head, for a row without any token, and when a score is not finite.
 */
export function rewardScorer(models: RewardModels, options: RewardScorerOptions): Scorer {
  const { params, config, tokenizer } = models;
  if (params['score.weight'] === undefined) {
    throw new InputError('reward scorer: the model has no score.weight; it is not a reward model');
  }
  const forward = jit((weights: NamedTensors, batch: ScoreBatch) => scoreRows(weights, config, batch));
  return async (inputs) => {
    const rows = inputs.map(({ prompt, response, finished }, index) => {
      const { promptTokens, responseTokens } = encodeRow(tokenizer, prompt, response, options, finished);
      const tokens = [...promptTokens, ...responseTokens];
      if (tokens.length === 0) throw new InputError(`reward scorer: input ${index} has no tokens`);
      return { index, tokens };
    });
    rows.sort((a, b) => a.tokens.length - b.tokens.length);
    const result = new Float32Array(rows.length);
    for (const part of chunk(rows, options.batchSize)) {
      const batch = scoreBatch(
        part.map((row) => row.tokens),
        tokenizer.padTokenId,
        options,
        options.batchSize,
      );
      const scored = forward(params, batch); // [B]
      const values = await scored.data();
      disposeTree([batch, scored]);
      part.forEach(({ index }, b) => {
        const value = values[b] as number;
        if (!Number.isFinite(value)) {
          throw new InputError(
            `reward scorer: the score of input ${index} is ${value}; the model's weights are damaged`,
          );
        }
        result[index] = value;
      });
    }
    return result;
  };
}
