/** `rlhf-kit preferences`: the utility that annotators see is anything that scores responses. */
import type { FieldTable } from '../../config';
import { preferencesStage } from '../../preferences/stage';
import { resolveScorer, scorerFiles } from '../scorers';
import { slotKinds } from '../slots';
import { commandOf } from '../stage-command';

const fields: FieldTable<{ readonly utility: string }> = {
  utility: {
    doc: 'hidden utility that annotators see through noise: a reward-model directory, vader, or a module',
    type: 'string',
  },
};

export const preferencesCommand = commandOf(preferencesStage, {
  fields,
  example: `${slotKinds.model.example} ${slotKinds.prompts.example} --utility vader`,
  inputs: ({ utility }) => ({
    utility: {
      sources: scorerFiles(utility).map((path) => ({ path })),
      modules: [__filename],
      open: async () => ({ value: await resolveScorer(utility), close: () => {} }),
    },
  }),
});
