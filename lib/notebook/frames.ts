/**
 * Tables: danfo frames and arquero tables of the same rows, both ways, and from the files that runs leave.
 *
 * Both libraries take the columns of the first row for all there are; here a table has the columns of any row. danfo is wrong or
 * lossy in places, so work goes through arquero there:
 *
 * - reading files: danfo's `readJSON` ends the process at a bad line and knows no JSON lines ({@link readTable});
 * - summaries: danfo's `describe` throws at a missing value, its `groupby().mean()` takes one for 0 ({@link describe});
 * - types: danfo guesses them from the first rows, and takes booleans with a gap for numbers ({@link toDanfo} tells it);
 * - text: danfo's `toCSV` does not quote; `table.toCSV()` of arquero does.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { table as arqueroTable, type ColumnTable } from 'arquero';
import { mean, quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import { InputError } from '../errors';
import { readJsonLines } from '../files';
import type { MetricsRow } from '../train/metrics';
import { loadDanfo, type DataFrame, type Series } from './danfo';

export type Row = Readonly<Record<string, unknown>>;
/** A danfo frame or series, an arquero table, or plain rows. */
export type Frame = DataFrame | Series | ColumnTable | readonly object[];

/** Values by column, rows in order; what is missing is null. */
export type Columns = Readonly<Record<string, readonly unknown[]>>;

/** The columns of any frame, in the order in which they first occur. */
export function columnsOf(frame: Frame): Columns {
  if (isRows(frame)) {
    const names = new Set(frame.flatMap((row) => Object.keys(row)));
    return collect([...names], (name) => frame.map((row) => (row as Row)[name]));
  }
  if (isDanfo(frame)) {
    const values = frame.values as unknown[];
    if (isSeries(frame)) return collect(frame.columns, () => [...values]);
    return collect(frame.columns, (_, column) => values.map((row) => (row as unknown[])[column]));
  }
  return collect(frame.columnNames(), (name) => Array.from(frame.array(name) as ArrayLike<unknown>));
}

function collect(names: readonly string[], values: (name: string, column: number) => unknown[]): Columns {
  return Object.fromEntries(
    names.map((name, column) => [name, values(name, column).map((value) => value ?? null)]),
  );
}

function isRows(frame: Frame): frame is readonly object[] {
  return Array.isArray(frame);
}

/** By what it has, so that danfo is loaded only by those who use it. */
function isDanfo(frame: object): frame is DataFrame | Series {
  return '$isSeries' in frame && '$index' in frame;
}

function isSeries(frame: DataFrame | Series): frame is Series {
  return frame.$isSeries;
}

/** Whether a value is a frame of danfo or arquero; rows are any array of objects. */
export function isFrame(value: unknown): value is DataFrame | Series | ColumnTable {
  if (typeof value !== 'object' || value === null) return false;
  return isDanfo(value) || ('numRows' in value && 'columnNames' in value && 'array' in value);
}

/**
 * The names of a danfo frame's rows, where they say something: those of a frame that are not just numbers, those of a series that do not
 * count from 0, such as the values that `valueCounts` has counted.
 */
export function rowNames(frame: Frame): readonly (string | number)[] | undefined {
  if (isRows(frame) || !isDanfo(frame)) return undefined;
  const { index } = frame;
  const isPlain = (name: unknown, row: number): boolean =>
    isSeries(frame) ? name === row : Number.isInteger(name);
  return index.every(isPlain) ? undefined : index;
}

/**
 * An arquero table of the same rows.
 *
 * @example
 * ```ts
 * import { readPairs, show, toArquero } from 'rlhf-kit';
 *
 * const table = toArquero(await readPairs('runs/start/filter/pairs.jsonl'));
 * show(table.groupby('task').count());
 * ```
 */
export function toArquero(frame: Frame): ColumnTable {
  if (!isRows(frame) && !isDanfo(frame)) return frame;
  return arqueroTable(columnsOf(frame) as Record<string, unknown[]>);
}

/**
 * A danfo frame of the same rows. Values that danfo cannot hold, such as the messages of a prompt, become JSON text.
 *
 * @throws {InputError} without rows: danfo has no empty frames with columns; when danfojs-node is not installed.
 */
export function toDanfo(frame: Frame): DataFrame {
  if (!isRows(frame) && isDanfo(frame) && !isSeries(frame)) return frame;
  const columns = Object.entries(columnsOf(frame)).map(
    ([name, values]) => [name, values.map(flatValue)] as const,
  );
  const rows = columns[0]?.[1].length ?? 0;
  if (rows === 0) throw new InputError('toDanfo: the frame has no rows, and danfo cannot hold that');
  const { DataFrame: Danfo } = loadDanfo();
  return new Danfo(
    Array.from({ length: rows }, (_, row) =>
      columns.map(([, values]) => values[row]),
    ) as unknown[][] as never,
    { columns: columns.map(([name]) => name), dtypes: columns.map(([, values]) => danfoType(values)) },
  );
}

function flatValue(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function danfoType(values: readonly unknown[]): string {
  const present = values.filter((value) => value !== null);
  if (present.length > 0 && present.every((value) => typeof value === 'boolean')) return 'boolean';
  if (present.every((value) => typeof value === 'number'))
    return present.every(Number.isInteger) && present.length > 0 ? 'int32' : 'float32';
  return 'string';
}

/**
 * The rows of a JSON-lines file (gzip too), or the metrics of a run.
 *
 * @param path the file, or the folder of a run, whose `metrics.jsonl` is read.
 * @throws {InputError} when there is no such file, or a line is not JSON.
 *
 * @example
 * ```ts
 * import { describe, readTable, show } from 'rlhf-kit';
 *
 * const table = await readTable('runs/start/ppo'); // the metrics of a run
 * show(describe(table.select('step', 'objective/scores', 'objective/kl')));
 * ```
 */
export async function readTable(path: string): Promise<ColumnTable> {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, 'metrics.jsonl') : path;
  const rows = await readJsonLines<unknown>(file);
  const bad = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (bad >= 0)
    throw new InputError(`${file}: row ${bad + 1} must be an object, got ${JSON.stringify(rows[bad])}`);
  return toArquero(rows as object[]);
}

/**
 * The metrics of a run, a row a logged step: what was not logged at a step is not in its row.
 *
 * @param folder of the run.
 * @throws {InputError} when there is no run.
 *
 * @example
 * ```ts
 * import { readMetrics } from 'rlhf-kit';
 *
 * const rows = await readMetrics('runs/start/ppo');
 * console.log(rows.at(-1)?.['objective/kl']);
 * ```
 */
export function readMetrics(folder: string): Promise<MetricsRow[]> {
  return readJsonLines<MetricsRow>(join(folder, 'metrics.jsonl'));
}

/** What {@link describe} says of a column of numbers. */
export interface ColumnSummary {
  readonly column: string;
  readonly n: number;
  readonly missing: number;
  readonly mean: number;
  /** Sample standard deviation; null for a single value. */
  readonly sd: number | null;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Summary of every column of numbers; missing values do not count. A table with a row a column. */
export function describe(frame: Frame): ColumnTable {
  const summaries = Object.entries(columnsOf(frame)).flatMap(([column, values]): ColumnSummary[] => {
    const present = values.filter((value) => value !== null);
    const numbers = present.filter((value): value is number => typeof value === 'number');
    if (numbers.length === 0 || numbers.length < present.length) return [];
    const sorted = numbers.sort((a, b) => a - b);
    return [
      {
        column,
        n: sorted.length,
        missing: values.length - sorted.length,
        mean: mean(sorted),
        sd: sorted.length > 1 ? sampleStandardDeviation(sorted) : null,
        min: sorted[0] as number,
        median: quantileSorted(sorted, 0.5),
        max: sorted.at(-1) as number,
      },
    ];
  });
  return toArquero(summaries);
}
