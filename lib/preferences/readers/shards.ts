/** The files that a path stands for: the file itself, the shards of a folder, or what a pattern matches. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../errors';
import { matchedFiles, naturalOrder, patternPrefix } from '../../file-pattern';
import { notThere } from '../../files';

/**
 * The files of a path, those of a folder or a pattern (`glob:data/train-*.parquet`) in natural order. In a folder, files that begin
 * with '.' or '_' are signs of the tools that wrote the folder and no shards.
 *
 * @throws {InputError} when there is nothing, or a folder holds anything else than shards of one set: files whose names
 * differ in numbers alone, all of them there where the names say how many there are (`-of-00004`).
 */
export function filesOf(path: string): readonly string[] {
  const matched = matchedFiles(path);
  if (matched !== undefined) return matched;
  if (!existsSync(path)) throw notThere(path);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path)
    .filter((name) => !/^[._]/.test(name))
    .sort(naturalOrder.compare);
  const [first] = names;
  if (first === undefined) throw new InputError(`${path}: a folder without files`);
  const other = names.find((name) => pattern(name) !== pattern(first));
  if (other !== undefined) {
    throw new InputError(
      `${path}: the shards of a folder must have names that differ in numbers alone, got ${first} and ${other}; give the file, a folder with the shards of one set, or a pattern such as '${patternPrefix}${join(path, 'train-*.parquet')}'`,
    );
  }
  const count = /-of-(\d+)/.exec(first)?.[1];
  if (count !== undefined && Number(count) !== names.length) {
    throw new InputError(`${path}: holds ${names.length} of ${Number(count)} shards (${first})`);
  }
  return names.map((name) => join(path, name));
}

function pattern(name: string): string {
  return name.replace(/\d+/g, '0');
}
