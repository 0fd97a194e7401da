/** Rollouts: responses of the current policy with what their update needs. Nothing here has a gradient. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
import { generate } from '../model/generate';
import type { LanguageModel } from '../model/sample';
import { stopTokenIds } from '../model/stop-tokens';
import type { Rng } from '../random';
import { maxLogRatio } from '../tensor/kl';
import { entropy } from '../tensor/logprobs';
import { disposeTree } from '../tensor/pytree';
import type { NamedTensors } from '../train/adamw';
import type { Metrics } from '../train/metrics';
import { roundingTolerance } from '../train/precision';
import { responseHidden, responseLogits, responseLogprobs } from '../train/responses';
import { chunk } from '../train/sampler';
import {
  encodePrompt,
  padRows,
  requirePositions,
  type EncodedRow,
  type SequenceBatch,
  type SequenceLimits,
} from '../train/sequences';
import type { PromptRecord, ScorerInput } from '../types';
import type { RolloutConfig } from './rollout-config';

/** What policy and reference say of a response, each of length |response|. */
interface TokenNumbers {
  /** log π_old under the distribution that was sampled from, read by the forward pass that trains. */
  readonly logprobs: Float32Array;
  readonly refLogprobs: Float32Array;
  readonly entropy: Float32Array;
}

/** One response with its numbers. */
export interface PolicyRollout extends EncodedRow, TokenNumbers {
  readonly record: PromptRecord;
  readonly response: string;
  readonly finished: boolean;
  /** Largest difference between the sampler's log-probability of a token and `logprobs`, nats: rounding, or a bug. */
  readonly samplerGap: number;
}

/** A rollout with further numbers per response token, each as long as the response. */
export type RolloutWith<K extends string> = PolicyRollout & Readonly<Record<K, Float32Array>>;

/**
 * Samples a response to each prompt and reads it with the policy and with the frozen reference.
 *
 * @throws {InputError} when the sampler and the forward pass that trains disagree about a token by more than rounding.
 */
export type RolloutSampler<K extends string = never> = (
  params: NamedTensors,
  prompts: readonly PromptRecord[],
  rng: Rng,
) => Promise<RolloutWith<K>[]>;

/** The sampler's own log-probabilities may differ from those of the training forward by rounding only. */
const allowedGap = 0.05;

/** Longest prompt and response of a run. */
export function sequenceLimits({
  maxPromptTokens,
  maxNewTokens,
}: Pick<RolloutConfig, 'maxPromptTokens' | 'maxNewTokens'>): SequenceLimits {
  return { maxPromptTokens, maxResponseTokens: maxNewTokens };
}

/** The flags that lower the length of a prompt and a response. */
export const promptRoomFlags = '--max-prompt-tokens or --max-new-tokens';

/**
 * Refuses prompts that leave no room for a response within the model's positions, before the first is answered.
 *
 * @param stage the name in error messages, e.g. `ppo`.
 * @throws {InputError} naming the flags to lower.
 */
export function requirePromptRoom(
  stage: string,
  { config, tokenizer }: LanguageModel,
  prompts: readonly PromptRecord[],
  { maxPromptTokens, maxNewTokens }: Pick<RolloutConfig, 'maxPromptTokens' | 'maxNewTokens'>,
): void {
  const lengths = prompts.map(
    ({ prompt }) => encodePrompt(tokenizer, prompt, maxPromptTokens).length + maxNewTokens,
  );
  requirePositions(stage, lengths, config, promptRoomFlags);
}

/**
 * Makes the sampler of a run; its steps are compiled once.
 *
 * @param stage the name in error messages, e.g. `ppo`.
 * @param batchSize rows read in one forward pass.
 * @param heads further numbers a response token, of the policy alone: [B, R] each, from its hidden states [B, R, D].
 */
export function rolloutSampler<K extends string = never>(
  stage: string,
  reference: LanguageModel,
  config: RolloutConfig,
  batchSize: number,
  heads: (params: NamedTensors, hidden: tf.Tensor3D) => Readonly<Record<K, tf.Tensor2D>> = () =>
    ({}) as Record<K, tf.Tensor2D>,
): RolloutSampler<K> {
  const { config: model, tokenizer } = reference;
  const { temperature } = config;
  const limits = sequenceLimits(config);
  const readPolicy = jit((params: NamedTensors, batch: SequenceBatch) => {
    const hidden = responseHidden(params, model, batch);
    const logits = responseLogits(params, model, hidden, temperature);
    const shape = batch.responseMask.shape;
    return {
      ...heads(params, hidden),
      logprobs: responseLogprobs(logits, batch),
      entropy: tf.reshape(entropy(logits), shape) as tf.Tensor2D,
    };
  });
  const readReference = jit((params: NamedTensors, batch: SequenceBatch) => {
    const logits = responseLogits(params, model, responseHidden(params, model, batch), temperature);
    return { refLogprobs: responseLogprobs(logits, batch) };
  });
  return async (params, prompts, rng) => {
    const encoded = prompts.map(({ prompt }) => encodePrompt(tokenizer, prompt, config.maxPromptTokens));
    const generated = await generate(params, model, encoded, {
      maxNewTokens: config.maxNewTokens,
      temperature,
      stopTokenIds: stopTokenIds(reference),
      rng,
    });
    const rows = generated.map(({ tokens }, i): EncodedRow => ({
      promptTokens: encoded[i] as number[],
      responseTokens: tokens,
    }));
    // Rows of like length are read together, so that little is padding.
    const byLength = [...rows.keys()].sort(
      (a, b) => sequenceLength(rows[a] as EncodedRow) - sequenceLength(rows[b] as EncodedRow) || a - b,
    );
    const read: (TokenNumbers & Record<K, Float32Array>)[] = [];
    for (const numbers of chunk(byLength, batchSize)) {
      const part = numbers.map((i) => rows[i] as EncodedRow);
      const batch = padRows(part, tokenizer.padTokenId, limits, batchSize);
      const both = readTokens(part, {
        ...readPolicy(params, batch),
        ...readReference(reference.params, batch),
      });
      disposeTree(batch);
      numbers.forEach((row, i) => (read[row] = both[i] as (typeof read)[number]));
    }
    return rows.map((row, i) => {
      const { tokens, logprobs, finished } = generated[i] as (typeof generated)[number];
      const numbers = read[i] as (typeof read)[number];
      const gap = samplerGap(stage, logprobs, numbers.logprobs, config);
      const response = tokenizer.decode(finished ? tokens.slice(0, -1) : tokens);
      return { ...row, record: prompts[i] as PromptRecord, response, finished, samplerGap: gap, ...numbers };
    });
  };
}

function sequenceLength({ promptTokens, responseTokens }: EncodedRow): number {
  return promptTokens.length + responseTokens.length;
}

/** What a scorer reads of rollouts. */
export function scorerInputs(rollouts: readonly PolicyRollout[]): ScorerInput[] {
  return rollouts.map(({ record, response, finished, responseTokens }) => ({
    ...record,
    response,
    finished,
    responseTokens: responseTokens.length,
  }));
}

/** log π − log π_ref of every token, nats, cut at ±20. */
export function logRatios({ logprobs, refLogprobs }: PolicyRollout): Float32Array {
  return logprobs.map((logprob, t) => {
    const ratio = logprob - (refLogprobs[t] as number);
    return Math.min(maxLogRatio, Math.max(-maxLogRatio, ratio));
  });
}

/** TRL's `completions/…` metrics: lengths in tokens, and the share of responses that were cut off. */
export function completionMetrics(rollouts: readonly PolicyRollout[]): Metrics {
  const lengths = rollouts.map((rollout) => rollout.responseTokens.length);
  const finished = rollouts.filter((rollout) => rollout.finished).length;
  return {
    'completions/mean_length': lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
    'completions/min_length': Math.min(...lengths),
    'completions/max_length': Math.max(...lengths),
    'completions/clipped_ratio': 1 - finished / rollouts.length,
  };
}

/** The response columns of [B, R] tensors, row by row without padding; the tensors are disposed. */
function readTokens(
  rows: readonly EncodedRow[],
  tensors: Readonly<Record<string, tf.Tensor2D>>,
): Record<string, Float32Array>[] {
  const flat = Object.entries(tensors).map(
    ([name, tensor]) => [name, tensor.shape[1], tensor.dataSync() as Float32Array] as const,
  );
  disposeTree(tensors);
  return rows.map(({ responseTokens }, b) =>
    Object.fromEntries(
      flat.map(([name, R, values]) => [name, values.slice(b * R, b * R + responseTokens.length)]),
    ),
  );
}

/**
 * Largest difference between the sampler's log-probabilities and those of the forward pass that trains. Ratios are taken to
 * the distribution that was sampled from: if that is not the policy's, every update is wrong.
 *
 * @returns nats.
 * @throws {InputError} when it is more than rounding.
 */
export function samplerGap(
  stage: string,
  sampled: readonly number[],
  scored: Float32Array,
  precision: Pick<RolloutConfig, 'bf16'>,
): number {
  const allowed = roundingTolerance(allowedGap, precision);
  let largest = 0;
  sampled.forEach((logprob, t) => {
    const gap = Math.abs(logprob - (scored[t] as number));
    if (!(gap <= allowed)) {
      throw new InputError(
        `${stage}: the sampler's log-probability of a token is ${logprob.toFixed(4)}, the training forward's ${(scored[t] as number).toFixed(4)}; they must agree within ${allowed}`,
      );
    }
    largest = Math.max(largest, gap);
  });
  return largest;
}
