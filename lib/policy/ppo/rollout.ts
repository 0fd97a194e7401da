/** Rollouts: responses of the current policy with all that their update needs. Nothing here has a gradient. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../../backend';
import { InputError } from '../../errors';
import { generate } from '../../model/generate';
import { values as valueHead } from '../../model/heads';
import type { LanguageModel } from '../../model/sample';
import type { Rng } from '../../random';
import { entropy } from '../../tensor/logprobs';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import { roundingTolerance } from '../../train/precision';
import { responseHidden, responseLogits, responseLogprobs } from '../../train/responses';
import { chunk } from '../../train/sampler';
import { encodePrompt, padRows, type EncodedRow, type SequenceBatch } from '../../train/sequences';
import type { PromptRecord, ScorerInput } from '../../types';
import { sequenceLimits } from './batch';
import type { PpoConfig } from './config';

/** What policy and reference say of a response, each of length |response|. */
interface TokenNumbers {
  /** log π_old under the distribution that was sampled from, read by the forward pass that trains. */
  readonly logprobs: Float32Array;
  readonly refLogprobs: Float32Array;
  readonly values: Float32Array;
  readonly entropy: Float32Array;
}

/** One response with its numbers. */
export interface PpoRollout extends EncodedRow, TokenNumbers {
  readonly record: PromptRecord;
  readonly response: string;
  readonly finished: boolean;
  /** Largest difference between the sampler's log-probability of a token and `logprobs`, nats: rounding, or a bug. */
  readonly samplerGap: number;
}

/**
 * Samples a response to each prompt and reads it with the policy and with the frozen reference.
 *
 * @throws {InputError} when the sampler and the forward pass that trains disagree about a token by more than rounding.
 */
export type RolloutSampler = (
  params: NamedTensors,
  prompts: readonly PromptRecord[],
  rng: Rng,
) => Promise<PpoRollout[]>;

/** The sampler's own log-probabilities may differ from those of the training forward by rounding only. */
const allowedGap = 0.05;

/** Makes the sampler of a run; its steps are compiled once. */
export function rolloutSampler(reference: LanguageModel, config: PpoConfig): RolloutSampler {
  const { config: model, tokenizer } = reference;
  const { temperature } = config;
  const limits = sequenceLimits(config);
  const readPolicy = jit((params: NamedTensors, batch: SequenceBatch) => {
    const hidden = responseHidden(params, model, batch);
    const logits = responseLogits(params, model, hidden, temperature);
    const shape = batch.responseMask.shape;
    return {
      logprobs: responseLogprobs(logits, batch),
      values: valueHead(params, hidden),
      entropy: tf.reshape(entropy(logits), shape) as tf.Tensor2D,
    };
  });
  const readReference = jit((params: NamedTensors, batch: SequenceBatch) => {
    const logits = responseLogits(params, model, responseHidden(params, model, batch), temperature);
    return { logprobs: responseLogprobs(logits, batch) };
  });
  return async (params, prompts, rng) => {
    const encoded = prompts.map(({ prompt }) => encodePrompt(tokenizer, prompt, config.maxPromptTokens));
    const generated = await generate(params, model, encoded, {
      maxNewTokens: config.maxNewTokens,
      temperature,
      stopTokenIds: [tokenizer.eosTokenId],
      rng,
    });
    const rows = generated.map(({ tokens }, i): EncodedRow => ({
      promptTokens: encoded[i] as number[],
      responseTokens: tokens,
    }));
    const size = Math.ceil(rows.length / (config.numMiniBatches * config.gradientAccumulationSteps));
    // Rows of like length are read together, so that little is padding.
    const byLength = [...rows.keys()].sort(
      (a, b) => sequenceLength(rows[a] as EncodedRow) - sequenceLength(rows[b] as EncodedRow) || a - b,
    );
    const read: TokenNumbers[] = [];
    for (const numbers of chunk(byLength, size)) {
      const part = numbers.map((i) => rows[i] as EncodedRow);
      const batch = padRows(part, tokenizer.padTokenId, limits, size);
      const policy = readTokens(part, readPolicy(params, batch));
      const ref = readTokens(part, readReference(reference.params, batch));
      disposeTree(batch);
      numbers.forEach((row, i) => {
        read[row] = {
          logprobs: policy.logprobs[i] as Float32Array,
          values: policy.values[i] as Float32Array,
          entropy: policy.entropy[i] as Float32Array,
          refLogprobs: ref.logprobs[i] as Float32Array,
        };
      });
    }
    return rows.map((row, i) => {
      const { tokens, logprobs, finished } = generated[i] as (typeof generated)[number];
      const numbers = read[i] as TokenNumbers;
      const gap = samplerGap(logprobs, numbers.logprobs, config);
      const response = tokenizer.decode(finished ? tokens.slice(0, -1) : tokens);
      return { ...row, record: prompts[i] as PromptRecord, response, finished, samplerGap: gap, ...numbers };
    });
  };
}

function sequenceLength({ promptTokens, responseTokens }: EncodedRow): number {
  return promptTokens.length + responseTokens.length;
}

/** What a scorer reads of rollouts. */
export function scorerInputs(rollouts: readonly PpoRollout[]): ScorerInput[] {
  return rollouts.map(({ record, response, finished }) => ({ prompt: record.prompt, response, finished }));
}

/** The response columns of [B, R] tensors, row by row without padding; the tensors are disposed. */
function readTokens<K extends string>(
  rows: readonly EncodedRow[],
  tensors: Readonly<Record<K, tf.Tensor2D>>,
): Record<K, Float32Array[]> {
  const read = Object.entries<tf.Tensor2D>(tensors).map(([name, tensor]) => {
    const R = tensor.shape[1];
    const flat = tensor.dataSync();
    return [name, rows.map(({ responseTokens }, b) => flat.slice(b * R, b * R + responseTokens.length))];
  });
  disposeTree(tensors);
  return Object.fromEntries(read) as Record<K, Float32Array[]>;
}

/**
 * Largest difference between the sampler's log-probabilities and those of the forward pass that trains. PPO's ratio is taken to
 * the distribution that was sampled from: if that is not the policy's, every update is wrong.
 *
 * @returns nats.
 * @throws {InputError} when it is more than rounding.
 */
export function samplerGap(
  sampled: readonly number[],
  scored: Float32Array,
  precision: Pick<PpoConfig, 'bf16'>,
): number {
  const allowed = roundingTolerance(allowedGap, precision);
  let largest = 0;
  sampled.forEach((logprob, t) => {
    const gap = Math.abs(logprob - (scored[t] as number));
    if (!(gap <= allowed)) {
      throw new InputError(
        `ppo: the sampler's log-probability of a token is ${logprob.toFixed(4)}, the training forward's ${(scored[t] as number).toFixed(4)}; they must agree within ${allowed}`,
      );
    }
    largest = Math.max(largest, gap);
  });
  return largest;
}
