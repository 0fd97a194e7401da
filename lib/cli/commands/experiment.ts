/** `rlhf-kit experiment run|show|compare|verify|rekey|summary`: ablations over seeds, from a configuration to a verdict. */
import { InputError } from '../../errors';
import { defineCommand } from '../command';
import {
  compareConditionsOf,
  rekeyRows,
  runAndWrite,
  showAll,
  showTable,
  summarize,
  verifyCondition,
} from '../experiment-actions';
import { experimentCommandFields, type ExperimentCommandConfig } from '../experiment-fields';

export const experimentCommand = defineCommand<ExperimentCommandConfig>({
  name: 'experiment',
  summary: 'ablations: run a grid of conditions over seeds, compare its conditions, verify what is committed',
  fields: experimentCommandFields,
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
