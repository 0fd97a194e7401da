/** What tells the data of two cells apart. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256File } from '../../files';
import type { NamedFile } from '../stages/given-files';

/** SHA-256 over the world's records. */
export async function hashOfWorld(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.jsonl')) hash.update(`${name} ${await sha256File(join(folder, name))}\n`);
  }
  return hash.digest('hex');
}

/** SHA-256 over given files, wherever they lie. */
export function hashOfFiles(files: readonly NamedFile[]): string {
  const hash = createHash('sha256');
  for (const { name, sha256 } of files) hash.update(`${name} ${sha256}\n`);
  return hash.digest('hex');
}
