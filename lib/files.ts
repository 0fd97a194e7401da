/** Files between stages: JSON lines in and out, and writes that either happen whole or not at all. */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { dirname, isAbsolute, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { errorMessage, InputError } from './errors';

/** Whether a name is one that a kill left of {@link writeFileAtomically} for a file of this name. */
export function isUnfinished(name: string, file: string): boolean {
  return name.startsWith(`${file}.`) && /^[0-9a-f]{8}\.tmp$/.test(name.slice(file.length + 1));
}

/**
 * Writes a file under a temporary name beside it, syncs it, then renames it: a crash, a full disk or Ctrl-C leaves the
 * old file or the new one, never a half.
 *
 * @throws {InputError} when the disk is full or the folder cannot be written; the temporary file is removed.
 */
export function writeFileAtomically(
  path: string,
  content: string | Uint8Array | Iterable<string | Uint8Array>,
): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  let handle: number | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    handle = openSync(temporary, 'wx');
    const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
    for (const part of parts) writeWhole(handle, typeof part === 'string' ? Buffer.from(part) : part);
    fsyncSync(handle);
    closeSync(handle);
    handle = undefined;
    renameSync(temporary, path);
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    if (existsSync(temporary)) rmSync(temporary, { force: true });
    if (isSystemError(error)) throw new InputError(`cannot write ${path}: ${describeSystemError(error)}`);
    throw error;
  }
}

function writeWhole(handle: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(handle, bytes, offset);
}

/**
 * Makes a folder whole or not at all: its files are written into one beside it, which then takes its name.
 *
 * @throws {InputError} when it cannot be written; what was written is removed.
 */
export function makeFolderAtomically(path: string, make: (unfinished: string) => void): void {
  const temporary = `${path.replace(/\/+$/, '')}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    mkdirSync(temporary, { recursive: true });
    make(temporary);
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary, { recursive: true });
    if (isSystemError(error)) throw new InputError(`cannot write ${path}: ${describeSystemError(error)}`);
    throw error;
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}

export function writeJsonLines(path: string, rows: Iterable<unknown>): void {
  writeFileAtomically(
    path,
    (function* () {
      for (const row of rows) yield `${JSON.stringify(row)}\n`;
    })(),
  );
}

/** @throws {InputError} when the file is missing or is not JSON. */
export function readJson<T = unknown>(path: string): T {
  const text = readText(path);
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new InputError(`${path}: not valid JSON (${errorMessage(error)})`);
  }
}

/** @throws {InputError} when the file is missing or unreadable. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') throw notThere(path);
    throw new InputError(`cannot read ${path}: ${describeSystemError(error)}`);
  }
}

/** What to say of a file that is missing: of a relative path also where that is, e.g. from a notebook's folder. */
export function notThere(path: string, what = 'file or directory'): InputError {
  const place = isAbsolute(path) ? '' : ` (${resolve(path)})`;
  return new InputError(`cannot read ${path}: no such ${what}${place}`);
}

/** One line of a JSON-lines file. */
export interface JsonLine {
  /** From 1. */
  readonly line: number;
  readonly value: unknown;
}

/**
 * Streams the lines of a JSON-lines file (gzip when the name ends in `.gz`); empty lines are passed over.
 *
 * @throws {InputError} naming file and line when a line is not JSON, when the file is missing, or when a gzip ends early.
 */
export async function* streamJsonLines(path: string): AsyncGenerator<JsonLine> {
  let line = 0;
  for await (const text of streamLines(path)) {
    line++;
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new InputError(`${path}:${line}: not valid JSON (${errorMessage(error)})`);
    }
    yield { line, value };
  }
}

/** Streams the lines of a text file, gzip or not, without holding it in memory. */
export async function* streamLines(path: string): AsyncGenerator<string> {
  if (!existsSync(path)) throw notThere(path);
  const source = createReadStream(path);
  const lines = path.endsWith('.gz') ? createGunzip() : source;
  if (lines !== source) {
    // Not `pipeline`: it would call it an error when a reader stops before the end.
    source.on('error', (error) => lines.destroy(error));
    source.pipe(lines as ReturnType<typeof createGunzip>);
  }
  try {
    yield* createInterface({ input: lines, crlfDelay: Infinity });
  } catch (error) {
    throw new InputError(`${path}: ${describeReadError(error)}`);
  } finally {
    source.destroy();
    lines.destroy();
  }
}

function describeReadError(error: unknown): string {
  const message = errorMessage(error);
  if (message.includes('unexpected end of file')) return 'the gzip file ends early (truncated download?)';
  return message.includes('incorrect header check') ? 'not a gzip file' : message;
}

/** Reads a whole JSON-lines file. */
export async function readJsonLines<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for await (const { value } of streamJsonLines(path)) rows.push(value as T);
  return rows;
}

/** SHA-256 of a file's bytes, in hex. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

interface SystemError extends Error {
  code: string;
}

function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error && 'syscall' in error && typeof (error as { code?: unknown }).code === 'string'
  );
}

function describeSystemError(error: SystemError): string {
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or directory',
    ENOSPC: 'the disk is full',
    EACCES: 'permission denied',
    EISDIR: 'it is a directory',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is not a directory',
  };
  return known[error.code] ?? error.message;
}
