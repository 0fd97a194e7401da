/** `rlhf-kit preferences`: the utility that annotators see is anything that scores responses. */
import * as field from '../../fields';
import { preferencesStage } from '../../preferences/stage';
import { resolveScorer, scorerFiles } from '../scorers';
import { slotKinds } from '../slots';
import { commandOf } from '../stage-command';

const fields = {
  utility: field.text(
    'hidden utility that annotators see through noise: a reward-model directory, vader, or a module',
  ),
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
