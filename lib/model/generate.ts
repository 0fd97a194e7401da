/** Batched generation with a key–value cache; what is sampled depends on the prompt's number, never on its batch. */
import * as tf from '@tensorflow/tfjs';
import { decodingBatches, decodingBytes, decodingStretch, paddedLength, shrunkBatch } from '../backend';
import { InputError } from '../errors';
import type { Rng } from '../random';
import { disposeTree } from '../tensor/pytree';
import type { ModelConfig } from './config';
import { isOfHead, pickParams, type Params } from './params';
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
  const stretch = decodingStretch();
  const mostTokens = config.maxPositionEmbeddings - options.maxNewTokens;
  const steps = generationSteps(config, options, options.stopTokenIds, stretch);
  const weights = withoutHeads(params);
  let first = 0;
  for (const size of decodingBatches(order.length, maxBatch)) {
    const rows = order.slice(first, first + size).map((index): Sequence => {
      const prompt = prompts[index] as readonly number[];
      // A greedy choice needs no numbers; the stream stays untouched.
      const rng = options.temperature === 0 ? undefined : options.rng.fork(index);
      const uniforms = Float32Array.from({ length: options.maxNewTokens }, () => rng?.uniform() ?? 0);
      return { index, prompt, uniforms, tokens: [], logprobs: [], finished: false };
    });
    await generateBatch(weights, steps, rows, { size, stretch, mostTokens }, options);
    for (const { index, tokens, logprobs, finished } of rows) results[index] = { tokens, logprobs, finished };
    first += rows.length;
    options.onProgress?.(first);
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

/** What generation reads: models that differ in what else they have share its compiled steps. */
function withoutHeads(params: Params): Params {
  return pickParams(params, (name) => !isOfHead(name));
}

/** Large batches share the cost of starting operations; keys and values of a batch stay within what the device has for them. */
function defaultBatch(config: ModelConfig, tokens: number): number {
  const { numHiddenLayers, numKeyValueHeads, headDim } = config;
  const bytes = 2 * 4 * numHiddenLayers * numKeyValueHeads * headDim * tokens;
  return Math.min(256, Math.max(1, Math.floor(decodingBytes() / bytes)));
}

/** One response in the making. */
interface Sequence {
  /** Number of its prompt. */
  readonly index: number;
  readonly prompt: readonly number[];
  /** What each token is drawn with, in (0, 1). */
  readonly uniforms: Float32Array;
  readonly tokens: number[];
  readonly logprobs: number[];
  finished: boolean;
}

/** @param size rows of the batch; where there are fewer sequences, idle ones fill it up. @param mostTokens of a prompt. */
async function generateBatch(
  params: Params,
  { start, advance, extend, shrink }: GenerationSteps,
  sequences: readonly Sequence[],
  { size, stretch, mostTokens }: { size: number; stretch: number; mostTokens: number },
  { maxNewTokens, stopTokenIds }: GenerateOptions,
): Promise<void> {
  const last = sequences.at(-1) as Sequence;
  let rows = Array.from({ length: size }, (_, b): Sequence =>
    sequences[b] ?? { ...last, tokens: [], logprobs: [], finished: true }); // prettier-ignore
  let state = withTensors(
    {
      ...padLeft(
        rows.map((row) => row.prompt),
        mostTokens,
      ),
      idle: idle(rows),
      uniforms: columnOf(rows, 0),
    },
    ({ tokens, mask, idle, uniforms }) => start(params, tokens, mask, idle, uniforms),
  );
  let begun = 0;
  let written = 0;
  for (;;) {
    const [count, ids, logprobs] = await Promise.all([
      state.count.data(),
      state.tokens.data(),
      state.logprobs.data(),
    ]);
    const drawn = count[0] as number;
    rows.forEach((row, b) => {
      for (let t = written; t < drawn && !row.finished; t++) {
        const place = b * stretch + t;
        row.tokens.push(ids[place] as number);
        row.logprobs.push(logprobs[place] as number);
        row.finished = stopTokenIds.includes(ids[place] as number);
      }
    });
    written = drawn;
    const unfinished = rows.filter((row) => !row.finished).length;
    if (unfinished === 0 || begun + drawn === maxNewTokens) break;
    if (unfinished <= shrunkBatch(rows.length)) {
      const kept = keptRows(rows, unfinished);
      rows = kept.map((b) => rows[b] as Sequence);
      state = withTensors({ kept: tf.tensor1d(kept, 'int32') }, (given) => shrink(state, given.kept));
    }
    if (drawn === stretch) {
      state = extend(state);
      begun += stretch;
      written = 0;
    }
    state = withTensors(
      {
        uniforms: stretchOf(rows, begun, stretch),
        last: tf.scalar(Math.min(stretch, maxNewTokens - begun), 'int32'),
        few: tf.scalar(shrunkBatch(rows.length), 'int32'),
      },
      ({ uniforms, last, few }) => advance(params, state, uniforms, last, few),
    );
  }
  disposeTree(state);
}

function withTensors<T extends Readonly<Record<string, tf.Tensor>>, R>(
  tensors: T,
  use: (tensors: T) => R,
): R {
  try {
    return use(tensors);
  } finally {
    disposeTree(tensors);
  }
}

/** The unfinished rows, filled up with finished ones to a size that batches shrink to: few shapes. */
function keptRows(rows: readonly Sequence[], unfinished: number): number[] {
  let size = rows.length;
  while (shrunkBatch(size) >= unfinished) size = shrunkBatch(size);
  const numbers = [...rows.keys()];
  const active = numbers.filter((b) => rows[b]?.finished === false);
  const filling = numbers.filter((b) => rows[b]?.finished === true);
  return [...active, ...filling.slice(0, size - active.length)];
}

function idle(rows: readonly Sequence[]): tf.Tensor1D {
  return tf.tensor1d(
    rows.map((row) => row.finished),
    'bool',
  );
}

function columnOf(rows: readonly Sequence[], t: number): tf.Tensor1D {
  return tf.tensor1d(rows.map((row) => row.uniforms[t] as number));
}

/** [B, stretch] */
function stretchOf(rows: readonly Sequence[], begun: number, stretch: number): tf.Tensor2D {
  const numbers = new Float32Array(rows.length * stretch);
  rows.forEach((row, b) => numbers.set(row.uniforms.subarray(begun, begun + stretch), b * stretch));
  return tf.tensor2d(numbers, [rows.length, stretch]);
}

/** @param mostTokens no prompt is longer. */
function padLeft(
  prompts: readonly (readonly number[])[],
  mostTokens: number,
): { tokens: tf.Tensor2D; mask: tf.Tensor2D } {
  const P = paddedLength(Math.max(...prompts.map((prompt) => prompt.length)), mostTokens);
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
