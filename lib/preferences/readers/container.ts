/** Rows out of files: JSON lines, a JSON array, gzip of both, Parquet. Knows nothing of fields. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage, InputError } from '../../errors';
import { parseExactJson } from './exact-json';
import { readWhole, streamText, streamTextLines } from './text-file';

export interface ContainerRow {
  /** Line of a JSON-lines file, number of the row elsewhere; from 1. */
  readonly line: number;
  /** The row, or the line's text when it is not JSON. */
  readonly value: unknown;
  /** Why the line is not JSON. */
  readonly problem?: string;
}

/**
 * Streams the rows of a file. `.parquet` is Parquet; other files are text, gzip when the name ends in `.gz`, and their
 * first character tells a JSON array (read whole) from JSON lines (streamed).
 *
 * @throws {InputError} when the file is missing, is a broken gzip, JSON array or Parquet file. A bad line is a row.
 */
export async function* streamContainer(file: string): AsyncGenerator<ContainerRow> {
  if (!existsSync(file)) throw new InputError(`cannot read ${file}: no such file`);
  if (file.endsWith('.parquet')) {
    yield* streamParquet(file);
    return;
  }
  if (await startsArray(file)) {
    yield* readArray(file);
    return;
  }
  let line = 0;
  for await (const text of streamTextLines(file)) {
    line++;
    const row = text.trim();
    if (row !== '') yield { line, ...parseLine(row) };
  }
}

/** Whether the first character of a text file opens an array; no row of JSON lines does. */
async function startsArray(file: string): Promise<boolean> {
  for await (const text of streamText(file)) {
    const start = text.trimStart();
    if (start !== '') return start.startsWith('[');
  }
  return false;
}

function parseLine(text: string): Omit<ContainerRow, 'line'> {
  try {
    return { value: parseExactJson(text) };
  } catch (error) {
    return { value: text, problem: `not valid JSON (${errorMessage(error)})` };
  }
}

async function* readArray(file: string): AsyncGenerator<ContainerRow> {
  const text = await readWhole(file);
  let rows: unknown;
  try {
    rows = parseExactJson(text);
  } catch (error) {
    throw new InputError(`${file}: not a valid JSON array (${errorMessage(error)})`);
  }
  if (!Array.isArray(rows)) throw new InputError(`${file}: expected a JSON array of rows`);
  for (const [i, value] of rows.entries()) yield { line: i + 1, value };
}

async function* streamParquet(file: string): AsyncGenerator<ContainerRow> {
  // A large native library, for one kind of file.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const result = await connection.stream('SELECT * FROM read_parquet($file, hive_partitioning = false)', {
      file: literalPath(file),
    });
    let line = 0;
    for await (const rows of result.yieldRowObjectJs()) {
      for (const row of rows) yield { line: ++line, value: plain(row) };
    }
  } catch (error) {
    throw new InputError(`${file}: not readable as Parquet (${errorMessage(error).split('\n')[0]})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A path as a pattern that only this path matches; folders named `key=value` are no columns. */
function literalPath(file: string): string {
  return resolve(file).replace(/[[?*]/g, (sign) => `[${sign}]`);
}

/** 64-bit integers as numbers, and as strings of their digits where a number would be another one. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
