/** The small GGUF file that make_tiny.py wrote, and copies of it with a few bytes changed. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../../lib/files';

export const tinyGguf = join(__dirname, 'tiny.gguf');

/** What Python read: types and SHA-256 sums of float32 numbers. */
export const tinySums = readJson<{
  readonly dequantized: Readonly<Record<string, { readonly type: string; readonly sha256: string }>>;
  readonly loaded: Readonly<Record<string, string>>;
  /** The bytes of output.weight in Q8_0. */
  readonly outputAsQ8_0: string;
}>(join(__dirname, 'tiny.json'));

export function sha256(values: Float32Array | Uint8Array): string {
  return createHash('sha256').update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest('hex'); // prettier-ignore
}

/** Writes a copy in which the bytes behind the first `anchor`, at `skip` bytes from its end, are others. */
export function writeChanged(path: string, anchor: string, skip: number, bytes: string | number[]): string {
  const content = readFileSync(tinyGguf);
  const at = content.indexOf(anchor) + anchor.length + skip;
  content.set(Buffer.from(bytes as string), at);
  writeFileSync(path, content);
  return path;
}
