/**
 * Notebooks to work on: copies of the project's, so that running one changes nothing that is committed. A copy is made once and is the
 * reader's from then on.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readJson, writeFileAtomically, writeJson } from '../../files';

/** Where the copies are. */
export const copiesFolder = join('runs', 'lab');

/** In the folder of the copies: by name, the SHA-256 of every original that the reader has been given. */
const knownFile = '.originals.json';

/**
 * Copies what is not there yet. Where an original has changed since, an untouched copy is replaced; beside one that the reader has run or
 * edited comes the new one, under a name of its own, once.
 *
 * @param originals folder with notebooks.
 * @returns what to say about it, as sentences.
 */
export function copyNotebooks(originals: string, copies: string): string[] {
  mkdirSync(copies, { recursive: true });
  const file = join(copies, knownFile);
  const known = existsSync(file) ? readJson<Record<string, readonly string[]>>(file) : {};
  const names = readdirSync(originals)
    .filter((name) => name.endsWith('.ipynb'))
    .sort();
  const said = names.flatMap((name) => {
    const [original, copy] = [join(originals, name), join(copies, name)];
    const content = readFileSync(original);
    const hash = hashOf(content);
    const given = known[name] ?? [];
    const isThere = existsSync(copy);
    if (isThere && given.includes(hash)) return [];
    known[name] = [...given.filter((old) => old !== hash), hash];
    if (!isThere || given.includes(hashOf(readFileSync(copy)))) {
      writeFileAtomically(copy, content);
      return isThere ? [`${copy} is new: ${original} has changed, and the copy had not`] : [];
    }
    const beside = join(copies, `${basename(name, '.ipynb')}_new-${hash.slice(0, 8)}.ipynb`);
    if (!existsSync(beside)) writeFileAtomically(beside, content);
    return [
      `${original} has changed since it was copied; your ${copy} stays as it is, and the new one is ${beside}`,
    ];
  });
  writeJson(file, known);
  return said;
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
