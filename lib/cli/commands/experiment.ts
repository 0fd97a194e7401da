/** `rlhf-kit experiment run|show|compare|verify|rekey|summary`: ablations over seeds, from a configuration to a verdict. */
import { join } from 'node:path';
import * as field from '../../fields';
import { InputError } from '../../errors';
import { defineCommand } from '../command';
import {
  compareConditionsOf,
  experimentActions,
  rekeyRows,
  runAndWrite,
  showAll,
  showTable,
  summarize,
  verifyCondition,
  type ExperimentCommandConfig,
} from '../experiment-actions';

const fields = {
  action: field.choice(
    experimentActions,
    'run: compute what results.jsonl lacks, then table, charts and page; show: the table, or all experiments when none is named; compare: two conditions; verify: compute a committed condition again; rekey: new keys of code for rows of earlier code, when a sample of them comes out the same; summary: all claims and what the default pipeline showed, into README.md and docs/results.md',
  ),
  experiment: field
    .path(
      'folder of the experiment, or its name below experiments/; for verify the one on the embedded world with the cheapest condition when absent, for rekey all',
    )
    .optional(),
  condition: field
    .text(
      'of compare and verify: a condition, e.g. "filter=both noise=high"; axes that are not named are as in the baseline. verify takes the cheapest when absent',
    )
    .optional(),
  against: field.text('of compare: the other condition; the baseline when absent').optional(),
  metric: field.text('of compare: what is compared; all metrics when absent').optional(),
  engine: field
    .text('engine to compute on; RLHF_KIT_ENGINE when absent, for verify the one of the results')
    .optional(),
  jobs: field
    .integer('worker processes, each with its part of the threads; one a core when absent', { min: 1 })
    .optional(),
  store: field.path(
    'where the stages behind conditions are kept, for all experiments, and the page is written',
    {
      default: join('runs', 'experiments'),
    },
  ),
  sample: field.integer(
    'of rekey: rows of each experiment to compute again, the cheapest of seeds from the first to the last',
    { default: 2, min: 1, source: 'ours' },
  ),
  json: field.boolean('of compare: print JSON instead of a table', { default: false }),
};

export const experimentCommand = defineCommand<ExperimentCommandConfig>({
  name: 'experiment',
  summary: 'ablations: run a grid of conditions over seeds, compare its conditions, verify what is committed',
  fields,
  example:
    'npx rlhf-kit experiment compare 01-data-filter --condition "filter=both noise=high" --metric reward.goldAccuracy',
  positionals: ['action', 'experiment'],
  async run(config) {
    const { action, experiment } = config;
    if (action === 'verify') return verifyCondition(config);
    if (action === 'rekey') return rekeyRows(config);
    if (action === 'summary') return summarize();
    if (action === 'show' && experiment === undefined) return showAll();
    if (experiment === undefined) throw new InputError(`experiment ${action}: name an experiment`);
    const named = { ...config, experiment };
    return { run: runAndWrite, show: showTable, compare: compareConditionsOf }[action](named);
  },
});
