/** Rows out of files: JSON lines, a JSON array, gzip of both, Parquet. Knows nothing of fields. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { errorMessage, InputError } from '../../errors';
import { streamLines } from '../../files';

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
  if (startsArray(file)) {
    yield* readArray(file);
    return;
  }
  let line = 0;
  for await (const text of streamLines(file)) {
    line++;
    const row = (line === 1 ? withoutMark(text) : text).trim();
    if (row !== '') yield { line, ...parseLine(row) };
  }
}

/** Whether the first character of a text file opens an array; no row of JSON lines does. */
function startsArray(file: string): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const bytes = Buffer.alloc(4096);
    const head = bytes.subarray(0, readSync(handle, bytes));
    // The beginning of a gzip unpacks without its end.
    const text = file.endsWith('.gz') ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head;
    return withoutMark(text.toString('utf8')).trimStart().startsWith('[');
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${errorMessage(error)}`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Text without the byte order mark that some programs put first. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

function parseLine(text: string): Omit<ContainerRow, 'line'> {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { value: text, problem: `not valid JSON (${errorMessage(error)})` };
  }
}

function* readArray(file: string): Generator<ContainerRow> {
  let rows: unknown;
  try {
    const bytes = readFileSync(file);
    rows = JSON.parse(withoutMark((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')));
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
    const result = await connection.stream('SELECT * FROM read_parquet($file)', { file });
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

/** 64-bit integers as numbers, as JSON has them. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
