/** Stage 3: votes to clean pairs, with the account and the agreement of the annotators. */
import { writeFileAtomically, writeJson } from '../files';
import { filterVotes } from '../filter/chain';
import type { FilterConfig } from '../filter/config';
import { reportMarkdown, type FilterReport } from '../filter/report';
import { jsonFile } from '../flow/formats';
import { defineStage, innerSlot, optional, output } from '../flow/stage';
import { writePairs } from '../preferences/pairs';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { Comparison } from '../types';
import { pairLines } from './formats';

export const filterStage = defineStage({
  name: 'filter',
  module: __filename,
  inputs: {
    votes: innerSlot<readonly Comparison[]>('votes of annotators'),
    tokenizer: optional(innerSlot<Tokenizer>('measures lengths; characters count when absent')),
  },
  outputs: {
    pairs: output('pairs.jsonl', pairLines),
    report: output('report.json', jsonFile<FilterReport>()),
  },
  run({ votes, tokenizer }, config: FilterConfig, run) {
    const { pairs, report } = filterVotes(
      votes,
      config,
      ...(tokenizer === undefined ? [] : [(text: string): number => tokenizer.encode(text).length]),
    );
    writePairs(run.file('pairs.jsonl'), pairs);
    writeJson(run.file('report.json'), report);
    writeFileAtomically(run.file('report.md'), reportMarkdown(report));
    return Promise.resolve({ pairs: pairs.length });
  },
});
