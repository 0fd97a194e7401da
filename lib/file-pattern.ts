/** Several files by one name: a pattern, where it is asked for. */
import { globSync } from 'tinyglobby';
import { InputError } from './errors';

/** A path is never taken for a pattern, whatever characters its name has, unless it begins so. */
export const patternPrefix = 'glob:';

/** `part-2` comes before `part-10`. */
export const naturalOrder = new Intl.Collator('en', { numeric: true });

/**
 * The files that a pattern (`glob:data/train-*.parquet`) matches, in natural order.
 *
 * @returns undefined for a path that is no pattern.
 * @throws {InputError} when it matches nothing.
 */
export function matchedFiles(path: string): readonly string[] | undefined {
  if (!path.startsWith(patternPrefix)) return undefined;
  const files = globSync(path.slice(patternPrefix.length), { expandDirectories: false });
  if (files.length === 0) throw new InputError(`${path}: matches no file in ${process.cwd()}`);
  return files.sort(naturalOrder.compare);
}
