/** `rlhf-kit filter`: stage 3, from a file of votes or of pairs to clean pairs and an account of what was removed. */
import { join } from 'node:path';
import * as field from '../../fields';
import { InputError } from '../../errors';
import { makeFolderAtomically, writeFileAtomically, writeJson, writeJsonLines } from '../../files';
import { filterPairs, filterVotes, type FilterResult } from '../../filter/chain';
import { filterFields } from '../../filter/config';
import { reportMarkdown } from '../../filter/report';
import { writePairs } from '../../preferences/pairs';
import type { BadRow } from '../../preferences/readers/bad-row';
import { columnFlags, formatFlag } from '../../preferences/readers/column-flags';
import {
  comparisonFormats,
  pairFormats,
  readComparisons,
  readPairs,
  type ReadOptions,
} from '../../preferences/readers/open';
import { defineCommand } from '../command';
import { requireNew, runFolder } from '../run-folder';

const fields = {
  votes: field
    .path(
      'file of comparison votes (JSONL, JSON, CSV, TSV, Parquet, .gz, .zst), or a folder of shards; this or --pairs',
    )
    .optional(),
  pairs: field.path('file of preference pairs that are labelled already').optional(),
  out: field
    .path('folder of the results; must not exist; the first free of runs/filter-01, -02, … when absent')
    .optional(),
  format: formatFlag({ votes: comparisonFormats, pairs: pairFormats }),
  ...columnFlags,
  onBadRow: field.choice(
    ['stop', 'setAside'],
    'a row that cannot be used stops the run, or goes to bad-rows.jsonl and is counted',
    { default: 'stop' },
  ),
  ...filterFields,
};

type FilterCommandConfig = field.ConfigOf<typeof fields>;

export const filterCommand = defineCommand<FilterCommandConfig>({
  name: 'filter',
  summary: '3  turn votes into clean preference pairs: ties, cycles, duplicates, contradictions removed',
  fields,
  example: 'npx rlhf-kit filter --votes votes.jsonl',
  run: async (config) => {
    const { votes, pairs } = config;
    const out = runFolder('filter', config);
    requireNew('filter', out);
    const badRows: BadRow[] = [];
    const reading: ReadOptions = {
      format: config.format,
      ignoreColumns: config.ignoreColumns,
      ...(config.onBadRow === 'setAside' && { setAside: (row: BadRow) => badRows.push(row) }),
    };
    let result: FilterResult;
    if (votes !== undefined && pairs === undefined) {
      result = filterVotes(await readComparisons(votes, reading), config);
    } else if (pairs !== undefined && votes === undefined) {
      result = filterPairs(await readPairs(pairs, reading), config);
    } else {
      throw new InputError(
        `filter: give one of --votes and --pairs, got ${votes === undefined ? 'none' : 'both'}`,
      );
    }
    writeResults(out, result, badRows);
    process.stderr.write(`filter: the results are in ${out}\n`);
    const { comparisons, ties, cyclic, duplicates, kept, unusable } = result.report;
    const setAside = badRows.length;
    return {
      command: 'filter',
      out,
      comparisons,
      ties,
      cyclic,
      duplicates,
      kept,
      unusable,
      badRows: setAside,
    };
  },
});

/** All files or none. */
function writeResults(out: string, { pairs, report }: FilterResult, badRows: readonly BadRow[]): void {
  makeFolderAtomically(out, (unfinished) => {
    writePairs(join(unfinished, 'pairs.jsonl'), pairs);
    writeJson(join(unfinished, 'report.json'), { ...report, badRows: badRows.length });
    writeFileAtomically(join(unfinished, 'report.md'), reportMarkdown(report, badRows.length));
    if (badRows.length > 0) writeJsonLines(join(unfinished, 'bad-rows.jsonl'), badRows);
  });
}
