/** Results in README.md files: parts between markers, made from the rows alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeFileAtomically } from '../../files';
import { rewriteMarked, type Marked } from './markers';

/** What a README should have between its markers. */
export interface ReadmePart {
  readonly marked: Marked;
  readonly content: string;
}

/**
 * Writes a part of a folder's README.md, where there is one and it says something else.
 *
 * @returns whether it was changed.
 * @throws {InputError} when the markers are missing.
 */
export function updateReadme(folder: string, { marked, content }: ReadmePart): boolean {
  const path = join(folder, 'README.md');
  if (!existsSync(path)) return false;
  const text = readText(path);
  const updated = rewriteMarked(text, marked, content);
  if (updated === text) return false;
  writeFileAtomically(path, updated);
  return true;
}
