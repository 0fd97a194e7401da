/** Step 3: votes to clean pairs, with the account and the agreement of the annotators. */
import { filterVotes } from '../filter/chain';
import { reportMarkdown } from '../filter/report';
import { readJsonLines, writeFileAtomically, writeJson } from '../files';
import { writePairs } from '../preferences/pairs';
import { loadTokenizer } from '../tokenizer/tokenizer';
import type { Comparison } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';

export function filterStep(config: PipelineConfig, out: (path: string) => string): Step {
  return {
    name: 'filter',
    module: __filename,
    config: config.filter,
    inputs: ['preferences/votes.jsonl'],
    async run(directory) {
      const votes = await readJsonLines<Comparison>(out('preferences/votes.jsonl'));
      const tokenizer = loadTokenizer(out('world/model'));
      const { pairs, report } = filterVotes(votes, config.filter, (text) => tokenizer.encode(text).length);
      writePairs(directory.file('pairs.jsonl'), pairs);
      writeJson(directory.file('report.json'), report);
      writeFileAtomically(directory.file('report.md'), reportMarkdown(report));
      return { pairs: pairs.length };
    },
  };
}
