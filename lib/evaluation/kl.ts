/** How far a policy went from the one it is compared with, on its own samples. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig } from '../model/config';
import type { LanguageModel } from '../model/sample';
import { disposeTree } from '../tensor/pytree';
import type { NamedTensors } from '../train/adamw';
import { responseLogps } from '../train/responses';
import { encodeRow, padRows, type SequenceBatch, type SequenceLimits } from '../train/sequences';
import type { Rollout } from '../types';

export interface KlOptions extends SequenceLimits {
  /** At which the rollouts were sampled: both models' distributions are compared at it. 0, greedy, is compared at 1. */
  readonly temperature: number;
  /** Responses a forward pass. */
  readonly batchSize: number;
}

/**
 * Σ_t log π(y_t) − log π_ref(y_t) of each response, with π = softmax(logits / temperature): its mean over samples of the policy
 * is an unbiased estimate of the divergence KL(π ‖ π_ref) of whole responses. Greedy responses are not samples of π, and the
 * mean over them is only a measure of distance.
 *
 * Responses are read as text: one that the tokenizer writes in other tokens than were sampled counts in its own tokens.
 *
 * @returns nats, one a rollout.
 * @throws {InputError} when the two models have different vocabularies.
 */
export function sequenceKl(
  policy: LanguageModel,
  refPolicy: LanguageModel,
  rollouts: readonly Rollout[],
  options: KlOptions,
): Float32Array {
  if (policy.config.vocabSize !== refPolicy.config.vocabSize) {
    throw new InputError(
      `sequenceKl: both models need one vocabulary, got ${policy.config.vocabSize} and ${refPolicy.config.vocabSize} tokens`,
    );
  }
  const { tokenizer } = policy;
  const rows = rollouts.map(({ prompt, response, finished }) =>
    encodeRow(tokenizer, prompt, response, options, finished),
  );
  // Rows of like length share a batch: padding costs as much as text.
  const order = rows
    .map((_, i) => i)
    .sort((a, b) => (rows[a]?.responseTokens.length ?? 0) - (rows[b]?.responseTokens.length ?? 0));
  const policyLogprobs = batchLogprobs(policy.config, options.temperature);
  const refLogprobs = batchLogprobs(refPolicy.config, options.temperature);
  const kls = new Float32Array(rollouts.length);
  for (let start = 0; start < order.length; start += options.batchSize) {
    const chosen = order.slice(start, start + options.batchSize);
    const batch = padRows(
      chosen.map((i) => rows[i] as (typeof rows)[number]),
      tokenizer.padTokenId,
      options,
      options.batchSize,
    );
    const ours = policyLogprobs(policy.params, batch);
    const theirs = refLogprobs(refPolicy.params, batch);
    const difference = tf.tidy(() => tf.sub(ours, theirs));
    const values = difference.dataSync();
    chosen.forEach((i, k) => (kls[i] = values[k] as number));
    disposeTree([batch, ours, theirs, difference]);
  }
  return kls;
}

/** Σ_t log π(y_t) of the responses of a batch. [B] */
function batchLogprobs(model: ModelConfig, temperature: number) {
  return jit((params: NamedTensors, batch: SequenceBatch) =>
    responseLogps(params, model, batch, temperature === 0 ? 1 : temperature),
  );
}
