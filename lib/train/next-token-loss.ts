/** The next-token loss on demonstrations: SFT itself, and the SFT term that keeps policies from forgetting. */
import * as tf from '@tensorflow/tfjs';
import { lmLogits } from '../model/heads';
import type { ModelConfig } from '../model/config';
import { hiddenStates } from '../model/transformer';
import { entropy, tokenLogprobs } from '../tensor/logprobs';
import type { NamedTensors } from './adamw';
import type { DemonstrationBatch } from './demonstrations';

export interface NextTokenLoss {
  /** −Σ mask·log p(label) / count, nats a token. */
  readonly loss: tf.Scalar;
  /** Share of counted tokens that were the likeliest. */
  readonly meanTokenAccuracy: tf.Scalar;
  /** Mean entropy of the predictions, nats. */
  readonly entropy: tf.Scalar;
}

/**
 * Next-token loss of a batch of demonstrations: −Σ mask·log p(label) / count. Sums are divided by the count of the whole
 * step, so that microbatches add up.
 */
export function nextTokenLoss(
  params: NamedTensors,
  model: ModelConfig,
  batch: DemonstrationBatch,
): NextTokenLoss {
  const hidden = hiddenStates(params, model, batch.tokens, batch.mask, batch.packing); // [B, T, D]
  const counted: tf.Tensor2D = tf.gather(tf.reshape(hidden, [-1, model.hiddenSize]), batch.positions); // [N, D]
  const logits = lmLogits(params, model, counted); // [N, V]
  const mean = (perToken: tf.Tensor1D): tf.Scalar =>
    tf.div(tf.sum(tf.mul(perToken, batch.labelMask)), batch.count) as tf.Scalar;
  const hits = tf.cast(tf.equal(tf.argMax(logits, 1), batch.labels), 'float32') as tf.Tensor1D; // [N]
  return {
    loss: tf.neg(mean(tokenLogprobs(logits, batch.labels))) as tf.Scalar,
    meanTokenAccuracy: mean(hits),
    entropy: mean(entropy(logits)),
  };
}
