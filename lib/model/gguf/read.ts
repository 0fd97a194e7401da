/** Models out of GGUF files, and as Hugging Face directories. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../errors';
import { makeFolderAtomically } from '../../files';
import { disposeTree } from '../../tensor/pytree';
import { createTokenizer } from '../../tokenizer/tokenizer';
import { requireVocabulary, saveModel, type Model } from '../directory';
import type { WeightType } from '../weights';
import { openGguf } from './file';
import { readLlamaConfig, readLlamaParams } from './llama';
import { endTokensOf, readGgufTokenizer } from './read-tokenizer';

/** A model, and what its file says of it. */
export interface GgufModel extends Model {
  /** As the file names it, such as `apache-2.0`; undefined when it names none. */
  readonly licence: string | undefined;
}

/**
 * Reads a model of a GGUF file, dequantised to float32. The caller owns the parameters.
 *
 * @throws {InputError} in one sentence that names the tensor or the key that cannot be read.
 */
export async function readGgufModel(path: string): Promise<GgufModel> {
  const file = await openGguf(path);
  const config = readLlamaConfig(file, endTokensOf(file));
  const tokenizer = createTokenizer(readGgufTokenizer(file), undefined, path);
  requireVocabulary(path, tokenizer, config);
  const { metadata } = file;
  const licence = metadata.has('general.license') ? metadata.text('general.license') : undefined;
  return { params: readLlamaParams(file, config), config, tokenizer, licence };
}

export interface ConvertedModel {
  readonly parameters: number;
  /** Of its weights on disk. */
  readonly bytes: number;
  readonly licence: string | undefined;
}

/**
 * Writes the model of a GGUF file as a Hugging Face directory, whole or not at all.
 *
 * @throws {InputError} when `directory` exists, and whatever {@link readGgufModel} refuses.
 */
export async function convertGguf(
  path: string,
  directory: string,
  dtype: WeightType,
): Promise<ConvertedModel> {
  if (existsSync(directory)) throw new InputError(`${directory} exists; nothing is overwritten`);
  const { licence, ...model } = await readGgufModel(path);
  try {
    makeFolderAtomically(directory, (unfinished) => saveModel(unfinished, model, dtype));
    const parameters = Object.values(model.params).reduce((sum, { size }) => sum + size, 0);
    const bytes = statSync(join(directory, 'model.safetensors')).size;
    return { parameters, bytes, licence };
  } finally {
    disposeTree(model.params);
  }
}
