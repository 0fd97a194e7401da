/** Data and models that lie beside the kit: it brings none of them, and experiments on them say so where they are not. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../../errors';
import { modelFolder } from '../../flow/formats';
import { givenInput, type GivenFile, type Input } from '../../flow/input';
import type { Model } from '../../model/directory';
import { sharedFile } from '../../notebook/shared-files';

/** Its path and contents are asked for when it is read: results of given data can be checked against their configuration where it is not. */
export interface NamedFile extends GivenFile {
  /** Below the folder of given data, e.g. `stories260K/config.json`. */
  readonly name: string;
  /** @throws {InputError} when it is not there. */
  readonly path: string;
  readonly sha256: string;
}

const hashes = new Map<string, string>();

export function givenFile(name: string): NamedFile {
  return {
    name,
    get path() {
      const path = sharedFile(...name.split('/'));
      if (path !== undefined) return path;
      throw new InputError(
        `experiment: data/${name} is not there; this experiment is on given data, looked for in the folder that RLHF_KIT_SHARED names, else in ../shared`,
      );
    },
    get sha256() {
      const { path } = this;
      const hash = hashes.get(path) ?? createHash('sha256').update(readFileSync(path)).digest('hex');
      hashes.set(path, hash);
      return hash;
    },
  };
}

/** Files of a model's folder. */
export function modelFiles(name: string): NamedFile[] {
  return ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map((file) =>
    givenFile(`${name}/${file}`),
  );
}

/** SHA-256 over given files, wherever they lie. */
export function hashOfFiles(files: readonly NamedFile[]): string {
  const hash = createHash('sha256');
  for (const { name, sha256 } of files) hash.update(`${name} ${sha256}\n`);
  return hash.digest('hex');
}

/** A model to start from. */
export function givenModel(name: string): Input<Model> {
  const files = modelFiles(name);
  const folder: GivenFile = {
    get path() {
      return dirname((files[0] as NamedFile).path);
    },
    get sha256() {
      return hashOfFiles(files);
    },
  };
  return givenInput(__filename, folder, modelFolder);
}
