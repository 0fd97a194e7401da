/** Model directories in Hugging Face's layout: config.json, model.safetensors, tokenizer files. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import { notThere, readJson, writeFileAtomically, writeJson } from '../files';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer';
import { parseModelConfig, toHfConfig, withGenerationConfig, type ModelConfig } from './config';
import { splitStored, storedForm, storedName, storedTensors, type StoredTensor } from './layout';
import type { Params } from './params';
import { stopTokenIds } from './stop-tokens';
import { readShardedSafetensors, writeSafetensors, type ReadTensor, type WeightType } from './weights';

export interface Model {
  /** With `score.weight` when it is a reward model. */
  readonly params: Params;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

const generationFile = 'generation_config.json';
const torchNames = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

/** Parameters that heads add to a language model's. */
const headShapes = (config: ModelConfig): ReadonlyMap<string, readonly number[]> =>
  new Map([
    ['score.weight', [config.scoreCriteria?.length ?? 1, config.hiddenSize]],
    ['value.weight', [1, config.hiddenSize]],
    ['value.bias', [1]],
  ]);

/**
 * Loads a model directory. The caller owns the parameters.
 *
 * @throws {InputError} when a file is missing or broken, the model is of an unknown family, a parameter is missing, unknown or has another
 * shape than config.json says, tied weights differ, or the tokenizer has more tokens than the model.
 *
 * @example
 * ```ts
 * import { loadModel, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const model = loadModel('runs/start/sft/model');
 * console.log(model.config.hiddenSize, Object.keys(model.params));
 * ```
 */
export function loadModel(directory: string): Model {
  if (!existsSync(directory)) throw notThere(directory, 'model directory');
  const config = readModelConfig(directory);
  const tokenizer = loadTokenizer(directory);
  if (tokenizer.vocabSize > config.vocabSize) {
    throw new InputError(
      `${directory}: the tokenizer has ${tokenizer.vocabSize} tokens, the model only ${config.vocabSize}`,
    );
  }
  return { params: readParams(directory, config), config, tokenizer };
}

/**
 * Loads the weights of a model directory, without its tokenizer. The caller owns the parameters. They have Llama's names, whatever the
 * family calls them in its files.
 *
 * @throws {InputError} as {@link loadModel}, but for the tokenizer.
 *
 * @example
 * ```ts
 * import { loadWeights, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const { params, config } = loadWeights('runs/start/sft/model');
 * console.log(config.family ?? 'llama', Object.keys(params).length);
 * ```
 */
export function loadWeights(directory: string): Pick<Model, 'params' | 'config'> {
  if (!existsSync(directory)) throw notThere(directory, 'model directory');
  const config = readModelConfig(directory);
  return { params: readParams(directory, config), config };
}

function readParams(directory: string, config: ModelConfig): Params {
  const stored = storedTensors({ ...config, tieWordEmbeddings: false });
  const family = config.family ?? 'llama';
  const heads = headShapes(config);
  const known = new Map<string, unknown>([...stored, ...heads]);
  const files = readShardedSafetensors(directory, (name) => {
    const own = storedName(known, config, name);
    if (own !== undefined && !known.has(own))
      throw new InputError(
        `${directory}: the weights hold ${name}, which a ${family} model by this config.json does not have`,
      );
    return own !== undefined;
  });
  const read = new Map<string, ReadTensor>();
  for (const [name, tensor] of Object.entries(files)) {
    const own = storedName(known, config, name) as string;
    if (read.has(own)) throw new InputError(`${directory}: the weights hold ${own} twice, once as ${name}`);
    read.set(own, tensor);
  }

  // The last tensor of all; a tied model may repeat the embedding there.
  const head = [...stored.values()].find(({ parts }) => parts[0]?.name === 'lm_head.weight') as StoredTensor;
  const embedding = [...stored.keys()][0] as string;
  if (config.tieWordEmbeddings) {
    const [tied, own] = [read.get(head.name)?.values, read.get(embedding)?.values];
    if (tied !== undefined && !tied.every((value, i) => value === own?.[i]))
      throw new InputError(
        `${directory}: ${head.name} differs from ${embedding}, but config.json says tie_word_embeddings`,
      );
    stored.delete(head.name);
  }
  // A reward model predicts no tokens: it may leave the language-model head out.
  if (read.has('score.weight') && !read.has(head.name)) stored.delete(head.name);

  const split: [name: string, shape: readonly number[], values: Float32Array][] = [];
  for (const tensor of stored.values()) {
    const parts = splitStored(tensor, take(directory, read, tensor.name, tensor.shape));
    tensor.parts.forEach(({ name, shape }, i) => split.push([name, shape, parts[i] as Float32Array]));
  }
  for (const [name, shape] of heads)
    if (read.has(name)) split.push([name, shape, take(directory, read, name, shape)]);
  return Object.fromEntries(
    split.map(([name, shape, values]) => [name, tf.tensor(values, [...shape], 'float32')]),
  );
}

/** config.json, and generation_config.json where there is one. */
function readModelConfig(directory: string): ModelConfig {
  const path = join(directory, 'config.json');
  const config = parseModelConfig(readJson(path), path);
  const generationPath = join(directory, generationFile);
  if (!existsSync(generationPath)) return config;
  return withGenerationConfig(config, readJson(generationPath), generationPath);
}

function take(
  directory: string,
  read: ReadonlyMap<string, ReadTensor>,
  name: string,
  shape: readonly number[],
): Float32Array {
  const tensor = read.get(name);
  if (tensor === undefined) throw new InputError(`${directory}: model.safetensors has no ${name}`);
  if (tensor.shape.join() !== shape.join()) {
    throw new InputError(
      `${directory}: ${name} must be [${shape.join()}] by config.json, got [${tensor.shape.join()}]`,
    );
  }
  return tensor.values;
}

/**
 * Writes a model directory that transformers reads too, under the names of the model's family, with every token that ends a response: as
 * the family's classifier when the parameters hold a score head, else as its language model.
 *
 * @example
 * ```ts
 * import { loadModel, saveModel, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * saveModel('runs/half/model', loadModel('runs/start/sft/model'), 'BF16'); // half the size on disk
 * ```
 */
export function saveModel(
  directory: string,
  { params, config, tokenizer }: Model,
  dtype: WeightType = 'F32',
): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(tokenizer.files))
    writeFileAtomically(join(directory, name), content);
  const isReward = params['score.weight'] !== undefined;
  const ends = stopTokenIds({ config, tokenizer });
  const eosTokenId = ends.length === 1 ? (ends[0] as number) : ends;
  if (config.generationConfig !== undefined)
    writeJson(join(directory, generationFile), { ...config.generationConfig, eos_token_id: eosTokenId });
  writeJson(
    join(directory, 'config.json'),
    toHfConfig(
      { ...config, eosTokenId, padTokenId: tokenizer.padTokenId },
      isReward ? 'reward' : 'language',
      torchNames[dtype],
    ),
  );
  writeSafetensors(join(directory, 'model.safetensors'), storedForm(config, params), dtype);
}
