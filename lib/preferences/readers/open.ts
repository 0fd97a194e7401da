/** The way into all files of preferences, demonstrations and prompts: finds the container and the layout, checks rows. */
import { distinctPromptIds } from '../../distinct-ids';
import { InputError } from '../../errors';
import { sidePrompts } from '../../sides';
import type { Comparison, Demonstration, PreferencePair, Prompt, PromptRecord } from '../../types';
import { alpaca, alpacaPairs } from './alpaca';
import { arena } from './arena';
import { describeBadRow, RowError, type BadRow } from './bad-row';
import { cellValues } from './cells';
import { columnCheck, withoutColumns } from './columns';
import { streamContainer, type FileRow } from './container';
import { conversations, ownDemonstrations, promptCompletion } from './demonstrations';
import { describeValue } from './fields';
import { fineGrained } from './fine-grained';
import { hhRlhf } from './hh-rlhf';
import { kto } from './kto';
import { isRow, type Layout } from './layout';
import { mtBench } from './mt-bench';
import { orcaDpo } from './orca-dpo';
import { pandalm } from './pandalm';
import { promptOnly, promptsOf } from './prompts';
import { layoutByName, recognise, refuseOtherLayout } from './recognise';
import { trlPreference } from './trl-preference';
import { argilla } from './argilla';
import { argillaFlat } from './argilla-flat';
import { labelStudio } from './label-studio';
import { oasstDemonstrations, oasstVotes } from './oasst';
import { oasstMessageDemonstrations, oasstMessageVotes } from './oasst-messages';
import { filesOf } from './shards';
import { sharegpt, sharegptPairs } from './sharegpt';
import { shp } from './shp';
import { ultrafeedback, ultrafeedbackPairs } from './ultrafeedback';
import { votes } from './votes';

export interface ReadOptions {
  /** Name of a layout, or `auto`: recognised from the first rows. */
  readonly format?: string;
  /** Looks at what a model is to answer; a row that it throws a `RowError` for cannot be used. */
  readonly check?: (record: { readonly prompt: Prompt }) => void;
  /** Takes the rows that cannot be used; without it the first such row stops the reading. */
  readonly setAside?: (row: BadRow) => void;
  /** Columns to be read as if they were not there. */
  readonly ignoreColumns?: readonly string[];
  /** Told, in one sentence, what was left out on purpose or renamed; stderr by default. */
  readonly onNote?: (sentence: string) => void;
  /** Told the number of rows read, after each. */
  readonly onProgress?: (rows: number) => void;
}

// The more particular layout stands first: a row belongs to the first that knows it.
const comparisonLayouts = [
  votes,
  mtBench,
  arena,
  pandalm,
  fineGrained,
  ultrafeedback,
  shp,
  oasstVotes,
  oasstMessageVotes,
  argilla,
  argillaFlat,
  labelStudio,
];
const pairLayouts = [hhRlhf, sharegptPairs, alpacaPairs, orcaDpo, ultrafeedbackPairs, trlPreference];
const demonstrationLayouts = [
  kto,
  ownDemonstrations,
  promptCompletion,
  alpaca,
  sharegpt,
  oasstDemonstrations,
  oasstMessageDemonstrations,
  conversations,
];
const promptLayouts = [promptOnly, ...[hhRlhf, alpaca, sharegpt, conversations].map(promptsOf)];

/** Every layout by the kind of its records, for docs/layouts.md. */
export const layouts: Readonly<Record<string, readonly Layout<PromptRecord>[]>> = {
  votes: comparisonLayouts,
  pairs: pairLayouts,
  demonstrations: demonstrationLayouts,
  prompts: promptLayouts,
};

/** Names that `format` may have, for help texts. */
export const comparisonFormats = ['auto', ...comparisonLayouts.map(({ name }) => name)];
export const pairFormats = ['auto', ...pairLayouts.map(({ name }) => name)];
export const demonstrationFormats = ['auto', ...demonstrationLayouts.map(({ name }) => name)];
export const promptFormats = ['auto', ...promptLayouts.map(({ name }) => name)];

/** How many rows `auto` looks at. */
const rowsToRecognise = 20;

/**
 * Streams votes: the kit's own rows, and those of other people's sets and tools (docs/layouts.md).
 *
 * @throws {InputError} for a missing or broken file, an unknown layout, no rows at all, and (without `setAside`) for a
 * row that cannot be used, with file, line and field. The same holds for the other three.
 */
export function streamComparisons(file: string, options: ReadOptions = {}): AsyncGenerator<Comparison> {
  return streamRecords('votes', comparisonLayouts, file, options);
}

/**
 * Streams preference pairs: TRL's rows, the kit's own pairs.jsonl among them, and those of other sets and tools.
 *
 * @example
 * ```ts
 * import { streamPairs } from 'rlhf-kit';
 *
 * let longer = 0;
 * for await (const { chosen, rejected } of streamPairs('train.jsonl.gz')) {
 *   if (chosen.length > rejected.length) longer++;
 * }
 * console.log(`the longer answer was preferred ${longer} times`);
 * ```
 */
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

/**
 * Reads all votes of a file; see {@link streamComparisons}.
 *
 * @example
 * ```ts
 * import { readComparisons } from 'rlhf-kit';
 *
 * const votes = await readComparisons('runs/start/preferences/votes.jsonl');
 * console.log(`${votes.filter(({ winner }) => winner === 'tie').length} of ${votes.length} votes are ties`);
 * ```
 */
export function readComparisons(file: string, options?: ReadOptions): Promise<Comparison[]> {
  return collect(streamComparisons(file, options));
}

/**
 * Reads all pairs of a file; see {@link streamPairs}.
 *
 * @example
 * ```ts
 * import { readPairs } from 'rlhf-kit';
 *
 * const pairs = await readPairs('pairs.jsonl', {
 *   setAside: ({ file, line, problem }) => console.warn(`${file}:${line}: ${problem}`),
 * });
 * console.log(pairs.length, pairs[0]?.chosen);
 * ```
 */
export function readPairs(file: string, options?: ReadOptions): Promise<PreferencePair[]> {
  return collect(streamPairs(file, options));
}

/**
 * Reads all rows to imitate of a file. It refuses what {@link streamComparisons} refuses.
 *
 * @example
 * ```ts
 * import { readDemonstrations } from 'rlhf-kit';
 *
 * const rows = await readDemonstrations('alpaca.json', { format: 'alpaca' });
 * console.log(rows.length, rows[0]?.response);
 * ```
 */
export function readDemonstrations(file: string, options?: ReadOptions): Promise<Demonstration[]> {
  return collect(streamDemonstrations(file, options));
}

/**
 * Reads all prompts of a file. It refuses what {@link streamComparisons} refuses.
 *
 * @example
 * ```ts
 * import { readPrompts } from 'rlhf-kit';
 *
 * const prompts = await readPrompts('prompts.csv');
 * console.log(prompts.map(({ promptId, prompt }) => [promptId, prompt]));
 * ```
 */
export function readPrompts(file: string, options?: ReadOptions): Promise<PromptRecord[]> {
  return collect(streamPrompts(file, options));
}

async function collect<T>(records: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const record of records) all.push(record);
  return all;
}

async function* streamRecords<T extends PromptRecord>(
  kind: string,
  layouts: readonly Layout<T>[],
  path: string,
  { format = 'auto', check, setAside, onProgress, ignoreColumns = [], onNote = noteOnStderr }: ReadOptions,
): AsyncGenerator<T> {
  const rows = streamContainer(path);
  const ignored = new Set(ignoreColumns.flatMap((names) => names.split(',')));
  let count = 0;
  let passedOver = 0;
  try {
    const first = format === 'auto' ? (await take(rows, rowsToRecognise)).map(withoutIgnored) : [];
    const layout =
      format === 'auto' ? recognise(kind, layouts, path, first) : layoutByName(kind, layouts, format);
    const parse = layout.parser(filesOf(path)[0] as string);
    // Votes have ids of responses too; the filter tells both apart and counts them in its report.
    const promptIds = kind === 'votes' ? undefined : distinctPromptIds();
    const checkColumns = columnCheck(layout);
    const usable = (records: readonly T[]): readonly T[] => {
      if (check !== undefined) records.flatMap(conversationsOf).forEach((prompt) => check({ prompt }));
      return promptIds === undefined ? records : records.map(promptIds.rename);
    };
    for await (const { file, line, value, problem, cells } of chain(first, rows)) {
      try {
        if (problem !== undefined) refuse({ file, line, problem, row: value });
        else if (isRow(value)) {
          const named = withoutColumns(value, ignored);
          const row = cells ? cellValues(named, layout) : named;
          if (format === 'auto') refuseOtherLayout(layouts, layout, row);
          const records = usable(parse(row));
          checkColumns(row, file, line);
          if (records.length === 0) passedOver++;
          yield* records;
        } else refuse({ file, line, problem: `must be an object, got ${describeValue(value)}`, row: value });
      } catch (error) {
        refuseFor(error, { file, line, row: value });
      }
      count++;
      onProgress?.(count);
    }
    for (const record of parse.rest?.() ?? []) {
      try {
        yield* usable([record]);
      } catch (error) {
        refuseFor(error, { file: path, row: record });
      }
    }
    const renamed = promptIds?.renamed() ?? 0;
    if (renamed > 0) {
      onNote(`${path}: ${renamed} prompts had the promptId of another prompt; they got new ones (id#2)`);
    }
    if (passedOver > 0 && layout.passesOver !== undefined) {
      onNote(`${path}: ${passedOver} of ${count} rows left out: ${layout.passesOver}`);
    }
  } finally {
    // Whoever stops early, a refused row included, closes the file.
    await rows.return(undefined);
  }
  if (count === 0) throw new InputError(`${path}: holds no rows`);

  function refuse(row: BadRow): void {
    if (setAside === undefined) throw new InputError(describeBadRow(row));
    setAside(row);
  }

  function refuseFor(error: unknown, row: Omit<BadRow, 'field' | 'problem'>): void {
    if (!(error instanceof RowError)) throw error;
    refuse({ ...row, field: error.field, problem: error.message });
  }

  function withoutIgnored(row: FileRow): FileRow {
    return isRow(row.value) ? { ...row, value: withoutColumns(row.value, ignored) } : row;
  }
}

/** What a model is to answer of a record. */
function conversationsOf(record: PromptRecord & Partial<PreferencePair>): Prompt[] {
  return Object.values(sidePrompts(record));
}

function noteOnStderr(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
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
