/** What a policy says about responses: log-probabilities and hidden states of the response columns of a padded batch. */
import * as tf from '@tensorflow/tfjs';
import { packedCount } from '../backend';
import type { ModelConfig } from '../model/config';
import { lmLogits } from '../model/heads';
import { hiddenStates, type Packing } from '../model/transformer';
import { tokenLogprobs } from '../tensor/logprobs';
import type { NamedTensors } from './adamw';
import { packSequences } from './packing';
import { predictionTensors } from './predictions';
import type { EncodedRow, SequenceBatch } from './sequences';

/**
 * Hidden states from which the response tokens are predicted: those one column before each of them. Only these columns meet
 * the vocabulary, which is most of the work of a wide one.
 *
 * @returns [B, R, D]
 */
export function responseHidden(params: NamedTensors, model: ModelConfig, batch: SequenceBatch): tf.Tensor3D {
  const [B, T] = batch.tokens.shape;
  const R = batch.responseMask.shape[1];
  const hidden = hiddenStates(params, model, batch.tokens, batch.mask); // [B, T, D]
  return tf.slice(hidden, [0, T - R - 1, 0], [B, R, model.hiddenSize]);
}

/**
 * Logits of the response tokens, divided by the temperature they are sampled at.
 *
 * @param hidden from which they are predicted, e.g. of {@link responseHidden}. [B, R, D] or [N, D]
 * @returns [B·R, V] or [N, V]
 */
export function responseLogits(
  params: NamedTensors,
  model: ModelConfig,
  hidden: tf.Tensor,
  temperature = 1,
): tf.Tensor2D {
  const logits = lmLogits(params, model, tf.reshape(hidden, [-1, model.hiddenSize]));
  return temperature === 1 ? logits : tf.div(logits, temperature);
}

/**
 * log π(token) of every response token; meaningless where the response mask is 0.
 *
 * @param logits of {@link responseLogits}. [B·R, V]
 * @returns nats. [B, R]
 */
export function responseLogprobs(logits: tf.Tensor2D, batch: SequenceBatch): tf.Tensor2D {
  const [B, T] = batch.tokens.shape;
  const R = batch.responseMask.shape[1];
  const labels: tf.Tensor1D = tf.reshape(tf.slice(batch.tokens, [0, T - R], [B, R]), [B * R]); // [B·R]
  return tf.reshape(tokenLogprobs(logits, labels), [B, R]);
}

/** Σ log π(token) over each response. @returns nats. [B] */
export function sequenceLogprobs(logprobs: tf.Tensor2D, responseMask: tf.Tensor2D): tf.Tensor1D {
  return tf.sum(tf.mul(logprobs, responseMask), 1);
}

/** Responses to prompts in packed rows, with the tokens that are predicted. */
export type PackedResponses = {
  /** [B, T] int32 */
  readonly tokens: tf.Tensor2D;
  /** [B, T] 1 = a real token */
  readonly mask: tf.Tensor2D;
  readonly packing: Packing;
  /** [N] int32, where in [B·T] the token stands that is followed by one of a response */
  readonly positions: tf.Tensor1D;
  /** [N] int32, the token that follows */
  readonly labels: tf.Tensor1D;
  /** 1 = the label belongs to the response. [responses, N] */
  readonly owners: tf.Tensor2D;
};

/**
 * Lays responses out side by side; the caller disposes the batch.
 *
 * @param width D of the model.
 */
export function packResponses(
  rows: readonly EncodedRow[],
  padTokenId: number,
  width: number,
): PackedResponses {
  const sequences = rows.map(({ promptTokens, responseTokens }) => [...promptTokens, ...responseTokens]);
  const { places, ...packed } = packSequences(sequences, padTokenId, width);
  const predicted = rows.flatMap(({ promptTokens, responseTokens }, owner) =>
    // The first token of a sequence is predicted by none.
    responseTokens.flatMap((label, t) => {
      const before = promptTokens.length + t - 1;
      return before < 0 ? [] : [{ owner, label, position: places[owner]?.[before] as number }];
    }),
  );
  const N = packedCount(predicted.length, packed.tokens.size);
  const owners = new Float32Array(rows.length * N);
  predicted.forEach(({ owner }, i) => (owners[owner * N + i] = 1));
  return {
    ...packed,
    ...predictionTensors(predicted, N),
    owners: tf.tensor2d(owners, [rows.length, N]),
  };
}

/** Tokens of each response of a batch. [B] */
export function responseLengths(batch: SequenceBatch | PackedResponses): tf.Tensor1D {
  return tf.sum('owners' in batch ? batch.owners : batch.responseMask, 1);
}

/** Σ log π(token) over each response of a batch, read by the model. @returns nats. [B] */
export function responseLogps(
  params: NamedTensors,
  model: ModelConfig,
  batch: SequenceBatch | PackedResponses,
  temperature = 1,
): tf.Tensor1D {
  if ('owners' in batch) {
    const hidden = hiddenStates(params, model, batch.tokens, batch.mask, batch.packing); // [B, T, D]
    const own: tf.Tensor2D = tf.gather(tf.reshape(hidden, [-1, model.hiddenSize]), batch.positions); // [N, D]
    const logits = responseLogits(params, model, own, temperature); // [N, V]
    const logprobs = tf.reshape(tokenLogprobs(logits, batch.labels), [-1, 1]); // [N, 1]
    return tf.reshape(tf.matMul(batch.owners, logprobs), [-1]);
  }
  const logits = responseLogits(params, model, responseHidden(params, model, batch), temperature); // [B·R, V]
  return sequenceLogprobs(responseLogprobs(logits, batch), batch.responseMask);
}
