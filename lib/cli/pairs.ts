/** Preference pairs from a file named on the command line: the layout and what becomes of rows that cannot be used. */
import type { FieldTable } from '../config';
import { InputError } from '../errors';
import { writeJsonLines } from '../files';
import { describeBadRow, type BadRow } from '../preferences/readers/bad-row';
import { columnFlags, formatFlag, type ColumnFlags } from '../preferences/readers/column-flags';
import { pairFormats, readPairs } from '../preferences/readers/open';
import type { RunDirectory } from '../train/run-directory';
import type { PreferencePair } from '../types';
import { templateCheck } from './template-check';

export interface PairFlags extends ColumnFlags {
  readonly format: string;
  readonly onBadRow: 'stop' | 'setAside';
}

export const pairFlags: FieldTable<PairFlags> = {
  ...columnFlags,
  format: formatFlag({ pairs: pairFormats }),
  onBadRow: {
    doc: 'a pair that cannot be used stops the run, or goes to bad-rows.jsonl and is counted',
    type: ['stop', 'setAside'],
    default: 'setAside',
    source: 'ours; published pairs hold empty and identical answers',
  },
};

/**
 * Reads the pairs. Rows that cannot be used, or that the chat template of `model` refuses, go to a file of their own.
 *
 * @throws {InputError} when no row can be used.
 */
export async function readUsablePairs(
  command: string,
  file: string,
  { format, onBadRow, ignoreColumns, model }: PairFlags & { readonly model?: string },
  run: RunDirectory,
): Promise<{ pairs: PreferencePair[]; badRows: number }> {
  const bad: BadRow[] = [];
  const pairs = await readPairs(file, {
    format,
    ignoreColumns,
    ...templateCheck(model),
    ...(onBadRow === 'setAside' && { setAside: (row: BadRow) => bad.push(row) }),
  });
  const [first] = bad;
  if (first === undefined) return { pairs, badRows: 0 };
  if (pairs.length === 0) {
    throw new InputError(`${command}: no row of ${file} can be used; the first: ${describeBadRow(first)}`);
  }
  writeJsonLines(run.file('bad-rows.jsonl'), bad);
  process.stderr.write(
    `${command}: ${bad.length} of ${pairs.length + bad.length} rows set aside in ${run.file('bad-rows.jsonl')}; the first: ${describeBadRow(first)}\n`,
  );
  return { pairs, badRows: bad.length };
}
