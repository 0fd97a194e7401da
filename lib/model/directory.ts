/** Model directories in Hugging Face's layout: config.json, model.safetensors, tokenizer files. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors';
import { notThere, readJson, writeFileAtomically, writeJson } from '../files';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer';
import { isAdapterDirectory, openAdapter, readAdapter, writeAdapter } from './lora/directory';
import { parseModelConfig, toHfConfig, withGenerationConfig, type ModelConfig } from './config';
import { storedForm } from './layout';
import type { Params } from './params';
import { stopTokenIds } from './stop-tokens';
import { readParams } from './read-params';
import { writeSafetensors, type WeightType } from './weights';

export interface Model {
  /** With `score.weight` when it is a reward model. */
  readonly params: Params;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Where it was loaded from; of a model with an adapter, where its base was. */
  readonly directory?: string;
}

const generationFile = 'generation_config.json';
const torchNames = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

/**
 * Loads a model directory, or an adapter's in PEFT's layout with the base that it names. The caller owns the parameters.
 *
 * @throws {InputError} when a file is missing or broken, the model is of an unknown family, an adapter does not fit its base, a parameter
 * is missing, unknown or has another shape than config.json says, tied weights differ, or the tokenizer has more tokens than the model.
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
  if (isAdapterDirectory(directory)) return loadAdapted(directory);
  const config = readModelConfig(directory);
  const tokenizer = loadTokenizer(directory);
  requireVocabulary(directory, tokenizer, config);
  return { params: readParams(directory, config), config, tokenizer, directory };
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

/** An adapter's directory may have a tokenizer and a config.json of its own; the latter tells what a score head scores. */
function loadAdapted(directory: string): Model {
  const adapter = openAdapter(directory);
  const base = loadModel(adapter.base);
  const model = readAdapter(directory, adapter, base);
  const hasConfig = existsSync(join(directory, 'config.json'));
  const criteria = hasConfig ? readModelConfig(directory).scoreCriteria : undefined;
  return {
    ...model,
    config: { ...model.config, ...(criteria !== undefined && { scoreCriteria: criteria }) },
    tokenizer: loadModelTokenizer(directory),
  };
}

/** The tokenizer of a model directory: of an adapter's that has none, its base's. */
export function loadModelTokenizer(directory: string): Tokenizer {
  const isBare = isAdapterDirectory(directory) && !existsSync(join(directory, 'tokenizer.json'));
  return loadTokenizer(isBare ? openAdapter(directory).base : directory);
}

/** @throws {InputError} when a tokenizer has tokens that the model does not know. */
export function requireVocabulary(where: string, tokenizer: Tokenizer, config: ModelConfig): void {
  if (tokenizer.vocabSize <= config.vocabSize) return;
  throw new InputError(
    `${where}: the tokenizer has ${tokenizer.vocabSize} tokens, the model only ${config.vocabSize}`,
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

/**
 * Writes a model directory that transformers reads too, under the names of the model's family, with every token that ends a response: as
 * the family's classifier when the parameters hold a score head, else as its language model. Of a model with an adapter, the adapter and
 * the heads alone, as PEFT reads them.
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
  if (config.lora === undefined)
    writeSafetensors(join(directory, 'model.safetensors'), storedForm(config, params), dtype);
  else writeAdapter(directory, { params, config }, dtype);
}
