/** What a policy says about responses: log-probabilities and hidden states of the response columns of a padded batch. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../model/config';
import { lmLogits } from '../model/heads';
import { hiddenStates } from '../model/transformer';
import { tokenLogprobs } from '../tensor/logprobs';
import type { NamedTensors } from './adamw';
import type { SequenceBatch } from './sequences';

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
 * @param hidden of {@link responseHidden}. [B, R, D]
 * @returns [B·R, V]
 */
export function responseLogits(
  params: NamedTensors,
  model: ModelConfig,
  hidden: tf.Tensor3D,
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

/** Σ log π(token) over each response of a batch, read by the model. @returns nats. [B] */
export function responseLogps(
  params: NamedTensors,
  model: ModelConfig,
  batch: SequenceBatch,
  temperature = 1,
): tf.Tensor1D {
  const logits = responseLogits(params, model, responseHidden(params, model, batch), temperature); // [B·R, V]
  return sequenceLogprobs(responseLogprobs(logits, batch), batch.responseMask);
}
