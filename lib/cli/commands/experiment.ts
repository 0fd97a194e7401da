/** `rlhf-kit experiment run|show|compare|verify`: ablations over seeds, from a configuration to a verdict. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldTable } from '../../config';
import { FailedCheckError } from '../../errors';
import { readExperiment } from '../../experiment/config';
import { runExperiment } from '../../experiment/run';
import { defineCommand } from '../command';

const actions = ['run'] as const;

interface ExperimentCommandConfig {
  readonly action: (typeof actions)[number];
  readonly experiment: string;
  readonly engine?: string;
  readonly jobs?: number;
  readonly store: string;
}

const fields: FieldTable<ExperimentCommandConfig> = {
  action: { doc: 'what to do', type: actions },
  experiment: { doc: 'folder of the experiment, or its name below experiments/', type: 'path' },
  engine: { doc: 'engine to compute on; RLHF_KIT_ENGINE when absent', type: 'string', optional: true },
  jobs: {
    doc: 'worker processes, each with its part of the threads; one a core when absent',
    type: 'integer',
    min: 1,
    optional: true,
  },
  store: {
    doc: 'where the steps behind cells are kept; all experiments share them',
    type: 'path',
    default: join('runs', 'experiments'),
  },
};

export const experimentCommand = defineCommand<ExperimentCommandConfig>({
  name: 'experiment',
  summary: 'ablations: run a grid of cells over seeds',
  fields,
  positionals: ['action', 'experiment'],
  async run({ experiment, engine, jobs, store }) {
    const folder = existsSync(join(experiment, 'config.json')) ? experiment : join('experiments', experiment);
    const outcome = await runExperiment(readExperiment(folder), {
      folder,
      root: store,
      ...(engine !== undefined && { engine }),
      ...(jobs !== undefined && { jobs }),
    });
    const { failed, left } = outcome;
    if (failed.length > 0)
      throw new FailedCheckError(
        `experiment: ${failed.length} of ${outcome.cells} cells failed; their errors and logs are in ${join(folder, 'results.jsonl')}`,
        outcome,
      );
    if (left > 0)
      throw new FailedCheckError(
        `experiment: the budget ended with ${left} cells to go; the same command goes on`,
        outcome,
      );
    return outcome;
  },
});
