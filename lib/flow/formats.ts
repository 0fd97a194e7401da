/** How the files between stages are read. */
import { readJson, readJsonLines } from '../files';
import { loadModel, type Model } from '../model/directory';
import { disposeTree } from '../tensor/pytree';

export interface Format<T> {
  read(path: string): T | Promise<T>;
  /** Gives back what the value holds. */
  close?(value: T): void;
}

export const modelFolder: Format<Model> = {
  read: loadModel,
  close: ({ params }) => disposeTree(params),
};

export function jsonLines<T>(): Format<readonly T[]> {
  return { read: (path) => readJsonLines<T>(path) };
}

export function jsonFile<T>(): Format<T> {
  return { read: (path) => readJson<T>(path) };
}
