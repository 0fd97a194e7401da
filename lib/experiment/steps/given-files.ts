/** Data and models that lie beside the kit: it brings none of them, and experiments on them say so where they are not. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../../errors';
import { sharedFile } from '../../notebook/shared-files';

export interface GivenFile {
  /** Below the folder of given data, e.g. `stories260K/config.json`. */
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
}

/** @throws {InputError} for a file that is not there. */
export function givenFile(name: string): GivenFile {
  const path = sharedFile(...name.split('/'));
  if (path === undefined)
    throw new InputError(
      `experiment: data/${name} is not there; this experiment is on given data, looked for in the folder that RLHF_KIT_SHARED names, else in ../shared`,
    );
  return { name, path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

/** Files of a model's folder. */
export function givenModel(name: string): { readonly folder: string; readonly files: readonly GivenFile[] } {
  const files = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map((file) =>
    givenFile(`${name}/${file}`),
  );
  return { folder: dirname((files[0] as GivenFile).path), files };
}

/**
 * What a step's configuration says of the files it reads: other contents are another step. Asked for when the step is looked up, not when
 * it is made, so that results of given data can be read, and checked against their configuration, where the data is not.
 */
export function contents(files: readonly GivenFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256]));
}
