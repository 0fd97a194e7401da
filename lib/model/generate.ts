/** Batched generation with a key–value cache; what is sampled depends on the prompt's number, never on its batch. */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import type { Rng } from '../random';
import { disposeTree } from '../tensor/pytree';
import type { ModelConfig } from './config';
import type { Params } from './params';
import { generationSteps, type GenerationSteps } from './generation-steps';
import type { SamplingOptions } from './sampling';

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  /** A response ends with the first of these, which it includes. */
  readonly stopTokenIds: readonly number[];
  /** Source of the samples; greedy decoding leaves it untouched. */
  readonly rng: Rng;
  /** Sequences decoded together; absent: as many as memory and speed recommend. */
  readonly maxBatch?: number;
  /** Told how many prompts are done. */
  readonly onProgress?: (done: number) => void;
}

export interface Generated {
  /** Response tokens, the stop token included when there is one. */
  readonly tokens: number[];
  /** Log-probability of each token under the distribution that it was sampled from, nats. */
  readonly logprobs: number[];
  /** Whether a stop token came before the length limit. */
  readonly finished: boolean;
}

/**
 * Continues every prompt. Each prompt draws from a random stream of its own, so the same prompt number gives the same
 * response in any batch (up to rounding).
 *
 * @param prompts token ids; none may be empty.
 * @throws {InputError} for options out of range, an empty prompt, a token id outside the vocabulary, or a prompt that
 * leaves no room for `maxNewTokens` within the model's positions.
 */
export async function generate(
  params: Params,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<Generated[]> {
  checkRequest(config, prompts, options);
  const results: Generated[] = [];
  // Prompts of like length go together, so that little is padding.
  const lengths = prompts.map((prompt) => prompt.length);
  const order = [...lengths.keys()].sort((a, b) => (lengths[a] as number) - (lengths[b] as number) || a - b);
  const { maxBatch = defaultBatch(config, Math.max(...lengths) + options.maxNewTokens) } = options;
  const steps = generationSteps(config, options);
  for (let first = 0; first < order.length; first += maxBatch) {
    const rows = order.slice(first, first + maxBatch).map((index): Sequence => ({
      index,
      prompt: prompts[index] as readonly number[],
      rng: options.rng.fork(index),
      tokens: [],
      logprobs: [],
      finished: false,
    }));
    await generateBatch(params, steps, rows, options);
    for (const { index, tokens, logprobs, finished } of rows) results[index] = { tokens, logprobs, finished };
    options.onProgress?.(Math.min(order.length, first + maxBatch));
  }
  return results;
}

function checkRequest(
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  { maxNewTokens, temperature, topK = 0, topP = 1, maxBatch = 1 }: GenerateOptions,
): void {
  const refuse = (field: string, expected: string, got: number): never => {
    throw new InputError(`generate: ${field} must be ${expected}, got ${got}`);
  };
  if (!(Number.isInteger(maxNewTokens) && maxNewTokens >= 1))
    refuse('maxNewTokens', 'an integer ≥ 1', maxNewTokens);
  if (!(Number.isInteger(maxBatch) && maxBatch >= 1)) refuse('maxBatch', 'an integer ≥ 1', maxBatch);
  if (!(temperature >= 0 && Number.isFinite(temperature))) refuse('temperature', 'a number ≥ 0', temperature);
  if (!(Number.isInteger(topK) && topK >= 0)) refuse('topK', 'an integer ≥ 0', topK);
  if (!(topP > 0 && topP <= 1)) refuse('topP', 'a number > 0 and ≤ 1', topP);
  prompts.forEach((prompt, i) => {
    if (prompt.length === 0)
      throw new InputError(`generate: prompt ${i} has no tokens (the tokenizer has no BOS token?)`);
    const outside = prompt.find((id) => !(Number.isInteger(id) && id >= 0 && id < config.vocabSize));
    if (outside !== undefined)
      refuse(`token ids of prompt ${i}`, `integers in [0, ${config.vocabSize})`, outside);
    if (prompt.length + maxNewTokens > config.maxPositionEmbeddings) {
      throw new InputError(
        `generate: prompt ${i} has ${prompt.length} tokens; with maxNewTokens ${maxNewTokens} that is more than the model's ${config.maxPositionEmbeddings} positions`,
      );
    }
  });
}

/** Large batches share the cost of starting operations; keys and values of a batch stay within 512 MiB. */
function defaultBatch(config: ModelConfig, tokens: number): number {
  const { numHiddenLayers, numKeyValueHeads, headDim } = config;
  const bytes = 2 * 4 * numHiddenLayers * numKeyValueHeads * headDim * tokens;
  return Math.min(256, Math.max(1, Math.floor(2 ** 29 / bytes)));
}

/** One response in the making. */
interface Sequence {
  /** Number of its prompt. */
  readonly index: number;
  readonly prompt: readonly number[];
  readonly rng: Rng;
  readonly tokens: number[];
  readonly logprobs: number[];
  finished: boolean;
}

async function generateBatch(
  params: Params,
  { start, next, shrink }: GenerationSteps,
  rows: readonly Sequence[],
  { maxNewTokens, stopTokenIds }: GenerateOptions,
): Promise<void> {
  const draw = (sequences: readonly Sequence[]): tf.Tensor1D =>
    tf.tensor1d(sequences.map((row) => row.rng.uniform()));
  const { tokens, mask } = padLeft(rows.map((row) => row.prompt));
  let active = rows;
  let uniforms = draw(active);
  let state = start(params, tokens, mask, uniforms);
  disposeTree([tokens, mask, uniforms]);
  for (let column = 1; ; column++) {
    const [ids, logprobs] = await Promise.all([state.token.data(), state.logprob.data()]);
    active.forEach((row, b) => {
      if (row.finished) return;
      row.tokens.push(ids[b] as number);
      row.logprobs.push(logprobs[b] as number);
      row.finished = stopTokenIds.includes(ids[b] as number);
    });
    const unfinished = active.filter((row) => !row.finished);
    if (unfinished.length === 0 || column === maxNewTokens) break;
    if (unfinished.length <= active.length / 2) {
      const kept = tf.tensor1d(
        active.flatMap((row, b) => (row.finished ? [] : [b])),
        'int32',
      );
      state = shrink(state, kept);
      kept.dispose();
      active = unfinished;
    }
    uniforms = draw(active);
    state = next(params, state, uniforms);
    uniforms.dispose();
  }
  disposeTree(state);
}

function padLeft(prompts: readonly (readonly number[])[]): { tokens: tf.Tensor2D; mask: tf.Tensor2D } {
  const P = Math.max(...prompts.map((prompt) => prompt.length));
  const tokens = new Int32Array(prompts.length * P);
  const mask = new Float32Array(prompts.length * P);
  prompts.forEach((prompt, b) => {
    tokens.set(prompt, (b + 1) * P - prompt.length);
    mask.fill(1, (b + 1) * P - prompt.length, (b + 1) * P);
  });
  return {
    tokens: tf.tensor2d(tokens, [prompts.length, P], 'int32'),
    mask: tf.tensor2d(mask, [prompts.length, P]),
  };
}
