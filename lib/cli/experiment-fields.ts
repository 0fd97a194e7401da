/** The flags of `rlhf-kit experiment`, all its actions together. */
import { join } from 'node:path';
import * as field from '../fields';

const actions = ['run', 'show', 'compare', 'verify', 'rekey', 'summary'] as const;

export const experimentCommandFields = {
  action: field.choice(
    actions,
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

export type ExperimentCommandConfig = field.ConfigOf<typeof experimentCommandFields>;
