/** Preference pairs from a file named on the command line: the layout and what becomes of rows that cannot be used. */
import * as field from '../fields';
import { InputError } from '../errors';
import { writeJsonLines } from '../files';
import { describeBadRow, type BadRow } from '../preferences/readers/bad-row';
import { columnFlags, formatFlag } from '../preferences/readers/column-flags';
import { pairFormats, readPairs } from '../preferences/readers/open';
import type { RunDirectory } from '../train/run-directory';
import type { PreferencePair } from '../types';
import { templateCheck } from './template-check';

export const pairFlags = {
  ...columnFlags,
  format: formatFlag({ pairs: pairFormats }),
  onBadRow: field.choice(
    ['stop', 'setAside'],
    'a pair that cannot be used stops the run, or goes to bad-rows.jsonl and is counted',
    { default: 'setAside', source: 'ours; published pairs hold empty and identical answers' },
  ),
};

export type PairFlags = field.ConfigOf<typeof pairFlags>;

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
