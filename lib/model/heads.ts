/** What is read off the hidden states: next-token logits, a score per sequence, a value per token. */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import type { ModelConfig } from './config';
import type { Params } from './params';
import { product } from './product';

/**
 * Logits of the next token.
 *
 * @param hidden [N, D]
 * @returns [N, V]
 */
export function lmLogits(params: Params, config: ModelConfig, hidden: tf.Tensor2D): tf.Tensor2D {
  const name = config.tieWordEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return product(hidden, head(params, name) as tf.Tensor2D, true, config);
}

/**
 * Reward-model scores: each row of `score.weight` on the hidden state of each sequence's last real token.
 *
 * @param hidden [B, T, D]
 * @param places where in [B·T] that token stands. [N] int32
 * @returns [N, K]; K is 1 unless the model scores several criteria.
 */
export function scores(params: Params, hidden: tf.Tensor3D, places: tf.Tensor1D): tf.Tensor2D {
  const [B, T, D] = hidden.shape;
  const last: tf.Tensor2D = tf.gather(tf.reshape(hidden, [B * T, D]), places); // [N, D]
  return tf.matMul(last, head(params, 'score.weight') as tf.Tensor2D, false, true);
}

/**
 * Values of a value head: `value.weight`·h + `value.bias` at every token.
 *
 * @param hidden [B, T, D]
 * @returns [B, T]
 */
export function values(params: Params, hidden: tf.Tensor3D): tf.Tensor2D {
  const [B, T, D] = hidden.shape;
  const flat = tf.matMul(
    tf.reshape(hidden, [B * T, D]),
    head(params, 'value.weight') as tf.Tensor2D,
    false,
    true,
  );
  return tf.reshape(tf.add(flat, head(params, 'value.bias')), [B, T]);
}

function head(params: Params, name: string): tf.Tensor {
  const tensor = params[name];
  if (tensor === undefined) throw new InputError(`the model has no ${name}`);
  return tensor;
}
