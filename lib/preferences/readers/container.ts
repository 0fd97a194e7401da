/** Rows out of files: JSON lines, a JSON array, CSV, TSV, lines of text, all of these packed, Parquet. Knows nothing of fields. */
import { resolve } from 'node:path';
import { errorMessage, InputError } from '../../errors';
import type { ContainerRow } from './container-row';
import { parseExactJson } from './exact-json';
import { filesOf } from './shards';
import { streamTable } from './table';
import { readWhole, streamText, streamTextLines } from './text-file';

/** A row and the file that it stands in: of a folder, the shard. */
export type FileRow = ContainerRow & { readonly file: string };

/**
 * Streams the rows of a file, or of the shards of a folder. `.parquet` is Parquet; other files are text, packed when the
 * name goes on with `.gz` or `.zst`: `.csv` and `.tsv` are tables, of the others the first character tells a JSON array
 * (read whole) from JSON lines (streamed), and the lines of a `.txt` that holds no JSON are prompts.
 *
 * @throws {InputError} when the file is missing or broken. A bad line is a row.
 */
export async function* streamContainer(path: string): AsyncGenerator<FileRow> {
  for (const file of filesOf(path)) {
    for await (const row of streamFile(file)) yield { file, ...row };
  }
}

async function* streamFile(file: string): AsyncGenerator<ContainerRow> {
  const [ending = ''] = /\.[a-z]*$/.exec(file.toLowerCase().replace(/\.(gz|zst)$/, '')) ?? [];
  if (file.toLowerCase().endsWith('.parquet')) yield* streamParquet(file);
  else if (ending === '.csv' || ending === '.tsv') yield* streamTable(file, ending);
  else {
    const start = await firstCharacter(file);
    if (start === '[') yield* readArray(file);
    else yield* streamLines(file, ending === '.txt' && start !== '{' ? promptLine : parseLine);
  }
}

async function* streamLines(file: string, rowOf: typeof parseLine): AsyncGenerator<ContainerRow> {
  let line = 0;
  for await (const text of streamTextLines(file)) {
    line++;
    if (text.trim() !== '') yield { line, ...rowOf(text) };
  }
}

/** Of a text file; it opens an array, which no row of JSON lines does. */
async function firstCharacter(file: string): Promise<string | undefined> {
  for await (const text of streamText(file)) {
    const start = text.trimStart();
    if (start !== '') return start[0];
  }
  return undefined;
}

function promptLine(text: string): Omit<ContainerRow, 'line'> {
  return { value: { prompt: text } };
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
