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
import type { Scorer, ScorerInput, ScoresInParts } from '../types';
import { scoreBatch, type ScoreBatch } from './batch';
import { oneScore, shares, weighCriteria } from './criteria';

export interface RewardModels {
  /** With `score.weight` [1, D], or [K, D] with K criteria, for scoring; training adds it where it is missing. */
  readonly params: NamedTensors;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

export interface RewardScorerOptions extends SequenceLimits {
  /** Responses a forward pass. */
  readonly batchSize: number;
  /** Of a model of several criteria: other weights than those saved with it, e.g. `helpful=1,harmless=0.5`. */
  readonly rewardWeights?: string;
}

/**
 * Scores of a batch of token rows: the score head on the hidden state of each row's last real token.
 *
 * @returns [N, K]
 */
export function scoreRows(params: NamedTensors, config: ModelConfig, batch: ScoreBatch): tf.Tensor2D {
  const hidden = hiddenStates(params, config, batch.tokens, batch.mask, batch.packing); // [B, T, D]
  return scores(params, hidden, batch.places) as tf.Tensor2D; // [N, K]
}

/**
 * Makes a {@link Scorer} of a reward model. Rows are batched in order of length, so that little is padding, and returned
 * in the order asked; a score does not depend on what else is in the batch beyond rounding (1e-5). Memory is that of one
 * batch, however many responses are scored. The scorer reads `models.params` at every call and never disposes them.
 *
 * A model of several criteria scores with their weighted mean, Σ w·s / Σ w; `inParts` tells each of them.
 *
 * @throws {InputError} without a score head, for weights that do not fit the model's criteria, for a row without any token, and
 * when a score is not finite.
 *
 * @example
 * ```ts
 * import { loadModel, rewardScorer, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const limits = { maxPromptTokens: 512, maxResponseTokens: 512 };
 * const score = rewardScorer(loadModel('runs/start/reward-debiased/model'), { ...limits, batchSize: 32 });
 * console.log(await score([{ promptId: 'mine', prompt: 'What is 2 + 2?', response: '4' }]));
 * ```
 */
export function rewardScorer(models: RewardModels, options: RewardScorerOptions): Scorer {
  const head = models.params['score.weight'];
  if (head === undefined) {
    throw new InputError('reward scorer: the model has no score.weight; it is not a reward model');
  }
  const { scoreCriteria: named } = models.config;
  const saved = named ?? oneScore;
  if (head.shape[0] !== saved.length) {
    throw new InputError(
      `reward scorer: score.weight must have a row for each of ${saved.length} criteria, got ${head.shape[0]}`,
    );
  }
  const { rewardWeights } = options;
  if (named === undefined && rewardWeights !== undefined) {
    throw new InputError(
      'reward scorer: rewardWeights is for reward models of several criteria; this one has one score',
    );
  }
  const criteria =
    rewardWeights === undefined ? saved : weighCriteria('reward scorer: rewardWeights', saved, rewardWeights);
  const weights = shares(criteria);
  const read = columnReader(models, options, saved.length);
  const inParts = async (inputs: readonly ScorerInput[]): Promise<ScoresInParts> => {
    const columns = await read(inputs);
    return {
      scores: Float32Array.from(inputs, (_, i) =>
        weights.reduce((sum, weight, k) => sum + weight * (columns[k]?.[i] as number), 0),
      ),
      parts: Object.fromEntries(criteria.map(({ name }, k) => [name, columns[k] as Float32Array])),
    };
  };
  const scorer = async (inputs: readonly ScorerInput[]) => (await inParts(inputs)).scores;
  // One score has no parts.
  return named === undefined ? scorer : Object.assign(scorer, { inParts });
}

/** Reads responses with a reward model: K lists, one a row of its score head. */
type ColumnReader = (inputs: readonly ScorerInput[]) => Promise<Float32Array[]>;

function columnReader(
  { params, config, tokenizer }: RewardModels,
  options: RewardScorerOptions,
  K: number,
): ColumnReader {
  const forward = jit((weights: NamedTensors, batch: ScoreBatch) => scoreRows(weights, config, batch));
  return async (inputs) => {
    const rows = inputs.map(({ prompt, response, finished }, index) => {
      const { promptTokens, responseTokens } = encodeRow(tokenizer, prompt, response, options, finished);
      const tokens = [...promptTokens, ...responseTokens];
      if (tokens.length === 0) throw new InputError(`reward scorer: input ${index} has no tokens`);
      return { index, tokens };
    });
    rows.sort((a, b) => a.tokens.length - b.tokens.length);
    const columns = Array.from({ length: K }, () => new Float32Array(rows.length));
    for (const part of chunk(rows, options.batchSize)) {
      const batch = scoreBatch(
        part.map((row) => row.tokens),
        tokenizer.padTokenId,
        options,
        options.batchSize,
      );
      const scored = forward(params, batch); // [B, K]
      const values = await scored.data();
      disposeTree([batch, scored]);
      part.forEach(({ index }, b) =>
        columns.forEach((column, k) => {
          const value = values[b * K + k] as number;
          if (!Number.isFinite(value)) {
            throw new InputError(
              `reward scorer: the score of input ${index} is ${value}; the model's weights are damaged`,
            );
          }
          column[index] = value;
        }),
      );
    }
    return columns;
  };
}
