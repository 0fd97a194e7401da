/** `rlhf-kit experiment run|show|compare|verify|rekey|summary`: ablations over seeds, from a configuration to a verdict. */
import { join } from 'node:path';
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { defineCommand } from '../command';
import {
  compareConditionsOf,
  experimentActions,
  rekeyRows,
  runAndWrite,
  showTable,
  summarize,
  verifyCondition,
  type ExperimentCommandConfig,
} from '../experiment-actions';

const fields: FieldTable<ExperimentCommandConfig> = {
  action: {
    doc: 'run: compute what results.jsonl lacks, then table, charts and page; show: the table; compare: two conditions; verify: compute a committed condition again; rekey: new keys of code for rows of earlier code, when a sample of them comes out the same; summary: all claims and what the default pipeline showed, into README.md and docs/results.md',
    type: experimentActions,
  },
  experiment: {
    doc: 'folder of the experiment, or its name below experiments/; for verify the one on the embedded world with the cheapest condition when absent, for rekey all',
    type: 'path',
    optional: true,
  },
  condition: {
    doc: 'of compare and verify: a condition, e.g. "filter=both noise=high"; axes that are not named are as in the baseline. verify takes the cheapest when absent',
    type: 'string',
    optional: true,
  },
  against: {
    doc: 'of compare: the other condition; the baseline when absent',
    type: 'string',
    optional: true,
  },
  metric: { doc: 'of compare: what is compared; all metrics when absent', type: 'string', optional: true },
  engine: {
    doc: 'engine to compute on; RLHF_KIT_ENGINE when absent, for verify the one of the results',
    type: 'string',
    optional: true,
  },
  jobs: {
    doc: 'worker processes, each with its part of the threads; one a core when absent',
    type: 'integer',
    min: 1,
    optional: true,
  },
  store: {
    doc: 'where the stages behind conditions are kept, for all experiments, and the page is written',
    type: 'path',
    default: join('runs', 'experiments'),
  },
  sample: {
    doc: 'of rekey: rows of each experiment to compute again, the cheapest of seeds from the first to the last',
    type: 'integer',
    min: 1,
    default: 2,
    source: 'ours',
  },
};

export const experimentCommand = defineCommand<ExperimentCommandConfig>({
  name: 'experiment',
  summary: 'ablations: run a grid of conditions over seeds, compare its conditions, verify what is committed',
  fields,
  positionals: ['action', 'experiment'],
  async run(config) {
    const { action, experiment } = config;
    if (action === 'verify') return verifyCondition(config);
    if (action === 'rekey') return rekeyRows(config);
    if (action === 'summary') return summarize();
    if (experiment === undefined) throw new InputError(`experiment ${action}: name an experiment`);
    const named = { ...config, experiment };
    return { run: runAndWrite, show: showTable, compare: compareConditionsOf }[action](named);
  },
});
