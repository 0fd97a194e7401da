/** Results in Markdown files: parts between markers, made from the rows alone. */
import { existsSync } from 'node:fs';
import { readText, writeFileAtomically } from '../../files';
import { rewriteMarked, type Marked } from './markers';

/** What a file should have between its markers. */
export interface MarkedContent {
  readonly marked: Marked;
  readonly content: string;
}

/**
 * Writes the marked part of a Markdown file, where the file exists and says something else.
 *
 * @returns whether it was changed.
 * @throws {InputError} when the markers are missing.
 */
export function updateMarked(path: string, { marked, content }: MarkedContent): boolean {
  if (!existsSync(path)) return false;
  const text = readText(path);
  const updated = rewriteMarked(text, marked, content);
  if (updated === text) return false;
  writeFileAtomically(path, updated);
  return true;
}
