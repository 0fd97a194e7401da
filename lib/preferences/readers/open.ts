/** The way into all files of preferences, demonstrations and prompts: finds the container and the layout, checks rows. */
import { InputError, nearMatch } from '../../errors';
import type { Comparison, Demonstration, PreferencePair, Prompt, PromptRecord } from '../../types';
import { describeBadRow, RowError, type BadRow } from './bad-row';
import { streamContainer, type ContainerRow } from './container';
import { conversations, ownDemonstrations, promptCompletion } from './demonstrations';
import { describeValue } from './fields';
import { fineGrained } from './fine-grained';
import { hhRlhf } from './hh-rlhf';
import type { Layout, Row } from './layout';
import { mtBench } from './mt-bench';
import { pandalm } from './pandalm';
import { promptOnly } from './prompts';
import { trlPreference } from './trl-preference';
import { votes } from './votes';

export interface ReadOptions {
  /** Name of a layout, or `auto`: recognised from the first rows. */
  readonly format?: string;
  /** Looks at each record; a row whose record it throws a {@link RowError} for cannot be used. */
  readonly check?: (record: { readonly prompt: Prompt }) => void;
  /** Takes the rows that cannot be used; without it the first such row stops the reading. */
  readonly setAside?: (row: BadRow) => void;
  /** Told the number of rows read, after each. */
  readonly onProgress?: (rows: number) => void;
}

// The more particular layout stands first: it wins when two recognise a row.
const comparisonLayouts = [votes, mtBench, pandalm, fineGrained];
const pairLayouts = [hhRlhf, trlPreference];
const demonstrationLayouts = [ownDemonstrations, promptCompletion, conversations];
const promptLayouts = [promptOnly];

/** Names that `format` may have, for help texts. */
export const comparisonFormats = ['auto', ...comparisonLayouts.map(({ name }) => name)];
export const pairFormats = ['auto', ...pairLayouts.map(({ name }) => name)];

/** How many rows `auto` looks at. */
const rowsToRecognise = 20;

/**
 * Streams votes: the kit's own, MT-bench, PandaLM or FineGrainedRLHF rows.
 *
 * @throws {InputError} for a missing or broken file, an unknown layout, no rows at all, and (without `setAside`) for a
 * row that cannot be used, with file, line and field. The same holds for the other three.
 */
export function streamComparisons(file: string, options: ReadOptions = {}): AsyncGenerator<Comparison> {
  return streamRecords('votes', comparisonLayouts, file, options);
}

/** Streams preference pairs: HH-RLHF or TRL rows, the kit's own pairs.jsonl among them. */
export function streamPairs(file: string, options: ReadOptions = {}): AsyncGenerator<PreferencePair> {
  return streamRecords('pairs', pairLayouts, file, options);
}

/** Streams rows to imitate. */
function streamDemonstrations(file: string, options: ReadOptions = {}): AsyncGenerator<Demonstration> {
  return streamRecords('demonstrations', demonstrationLayouts, file, options);
}

/** Streams prompts. */
function streamPrompts(file: string, options: ReadOptions = {}): AsyncGenerator<PromptRecord> {
  return streamRecords('prompts', promptLayouts, file, options);
}

/** Reads all votes of a file; see {@link streamComparisons}. */
export function readComparisons(file: string, options?: ReadOptions): Promise<Comparison[]> {
  return collect(streamComparisons(file, options));
}

/** Reads all pairs of a file; see {@link streamPairs}. */
export function readPairs(file: string, options?: ReadOptions): Promise<PreferencePair[]> {
  return collect(streamPairs(file, options));
}

/** Reads all demonstrations of a file; see {@link streamDemonstrations}. */
export function readDemonstrations(file: string, options?: ReadOptions): Promise<Demonstration[]> {
  return collect(streamDemonstrations(file, options));
}

/** Reads all prompts of a file; see {@link streamPrompts}. */
export function readPrompts(file: string, options?: ReadOptions): Promise<PromptRecord[]> {
  return collect(streamPrompts(file, options));
}

async function collect<T>(records: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const record of records) all.push(record);
  return all;
}

async function* streamRecords<T extends { readonly prompt: Prompt }>(
  kind: string,
  layouts: readonly Layout<T>[],
  file: string,
  { format = 'auto', check, setAside, onProgress }: ReadOptions,
): AsyncGenerator<T> {
  const named = format === 'auto' ? undefined : layoutByName(kind, layouts, format);
  const refuse = (bad: BadRow): void => {
    if (setAside === undefined) throw new InputError(describeBadRow(bad));
    setAside(bad);
  };
  const rows = streamContainer(file);
  let count = 0;
  try {
    const first = named === undefined ? await take(rows, rowsToRecognise) : [];
    const parse = (named ?? recognise(kind, layouts, file, first)).parser(file);
    for await (const { line, value, problem } of chain(first, rows)) {
      try {
        if (problem !== undefined) refuse({ file, line, problem, row: value });
        else if (isRow(value)) {
          for (const record of parse(value)) {
            check?.(record);
            yield record;
          }
        } else refuse({ file, line, problem: `must be an object, got ${describeValue(value)}`, row: value });
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        refuse({ file, line, field: error.field, problem: error.message, row: value });
      }
      count++;
      onProgress?.(count);
    }
  } finally {
    // Whoever stops early, a refused row included, closes the file.
    await rows.return(undefined);
  }
  if (count === 0) throw new InputError(`${file}: holds no rows`);
}

function layoutByName<T>(kind: string, layouts: readonly Layout<T>[], format: string): Layout<T> {
  const layout = layouts.find(({ name }) => name === format);
  if (layout !== undefined) return layout;
  const names = layouts.map(({ name }) => name);
  const near = nearMatch(format, names);
  throw new InputError(
    `format of ${kind} must be one of auto, ${names.join(', ')}, got '${format}'${near === undefined ? '' : `; did you mean '${near}'?`}`,
  );
}

/** The layout that recognises most of the first rows. */
function recognise<T>(
  kind: string,
  layouts: readonly Layout<T>[],
  file: string,
  first: readonly ContainerRow[],
): Layout<T> {
  if (first.length === 0) throw new InputError(`${file}: holds no rows`);
  let best: Layout<T> | undefined;
  let most = 0;
  for (const layout of layouts) {
    const fits = first.filter(({ value }) => isRow(value) && layout.recognises(value)).length;
    if (fits > most) [best, most] = [layout, fits];
  }
  if (best !== undefined) return best;
  const bad = first.find(({ problem }) => problem !== undefined);
  if (bad?.problem !== undefined && first.every(({ problem }) => problem !== undefined)) {
    throw new InputError(describeBadRow({ file, line: bad.line, problem: bad.problem, row: bad.value }));
  }
  const fields = first.map(({ value }) => value).find(isRow);
  throw new InputError(
    `${file}: no layout of ${kind} fits its rows (fields: ${fields === undefined ? 'none' : Object.keys(fields).join(', ')}); known: ${layouts.map(({ name, fields }) => `${name} (${fields})`).join('; ')}`,
  );
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function take<T>(source: AsyncGenerator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = await source.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

async function* chain<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}
