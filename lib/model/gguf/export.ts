/** Model directories as GGUF files. */
import { join } from 'node:path';
import { InputError, mustBe } from '../../errors';
import { readJson } from '../../files';
import { disposeTree } from '../../tensor/pytree';
import { loadModel } from '../directory';
import type { WritableType } from './quantize';
import { writeGguf, type WrittenGguf } from './write';

/** Model types that llama.cpp takes for Llama. */
const families = ['llama', 'mistral'];

/**
 * Writes the language model of a directory as a GGUF file, whole or not at all. A file that is there is replaced.
 *
 * @throws {InputError} for a reward model, another family, variants of Llama that the file could not tell from it, and a tokenizer that
 * llama.cpp would read otherwise.
 */
export async function exportGguf(directory: string, path: string, type: WritableType): Promise<WrittenGguf> {
  const where = join(directory, 'config.json');
  const model = loadModel(directory);
  try {
    refuseVariants(readJson<Readonly<Record<string, unknown>>>(where), where);
    if (model.params['score.weight'] !== undefined)
      throw new InputError(`${directory}: a reward model; a GGUF file is written of a language model`);
    return await writeGguf(path, model, type, directory);
  } finally {
    disposeTree(model.params);
  }
}

function refuseVariants(raw: Readonly<Record<string, unknown>>, where: string): void {
  const type = raw['model_type'];
  if (!families.includes(type as string))
    throw mustBe(where, 'model_type', `one of ${families.join(', ')} to be written as GGUF`, type);
  for (const [field, plain] of [
    ['hidden_act', 'silu'],
    ['sliding_window', null],
    ['attention_bias', false],
    ['mlp_bias', false],
  ] as const) {
    if ((raw[field] ?? plain) !== plain)
      throw mustBe(where, field, `${JSON.stringify(plain)} to be written as GGUF`, raw[field]);
  }
  for (const field of ['rope_scaling', 'rope_parameters']) {
    const { rope_type: ropeType, type: older } = (raw[field] ?? {}) as Readonly<Record<string, unknown>>;
    if ((ropeType ?? older ?? 'default') !== 'default')
      throw mustBe(where, field, 'of the default type to be written as GGUF', ropeType ?? older);
  }
}
