/** `rlhf-kit rloo`: stage 5 on a model directory, prompts and anything that scores responses. */
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { loadModel, saveModel } from '../../model/directory';
import { rlooFields, type RlooConfig } from '../../policy/rloo/config';
import { trainRloo } from '../../policy/rloo/trainer';
import { readDemonstrations, readPrompts } from '../../preferences/readers/open';
import { runFields, type RunConfig } from '../../train/fields';
import { defineCommand } from '../command';
import { chosenReward, resolveReward, rewardFiles, rewardFlags, type RewardFlags } from '../scorers';
import { runStage } from '../stage';
import { templateCheck } from '../template-check';

interface RlooCommandConfig extends RlooConfig, RunConfig, RewardFlags {
  readonly model: string;
  readonly prompts: string;
  readonly demonstrations?: string;
}

const fields: FieldTable<RlooCommandConfig> = {
  model: { doc: 'Hugging Face directory of the SFT model: policy and frozen reference', type: 'path' },
  prompts: { doc: 'file of prompts', type: 'path' },
  ...rewardFlags,
  demonstrations: { doc: 'file of demonstrations for --sft-loss-coef', type: 'path', optional: true },
  ...runFields,
  ...rlooFields,
};

export const rlooCommand = defineCommand<RlooCommandConfig>({
  name: 'rloo',
  summary:
    '5  tune a policy against a reward model by RLOO, which compares each response with the others to its prompt',
  fields,
  run: (config) => {
    const { demonstrations } = config;
    const reward = chosenReward('rloo', config);
    if (reward === undefined) throw new InputError('rloo: either --reward-model or --reward must be given');
    const inputs = [config.model, config.prompts, demonstrations, ...rewardFiles(reward)].filter(
      (path) => path !== undefined,
    );
    return runStage('rloo', config, inputs, async (run) => {
      const model = loadModel(config.model);
      const prompts = await readPrompts(config.prompts, templateCheck(config.model));
      const params = await trainRloo(
        model,
        {
          prompts,
          scorer: await resolveReward(reward),
          ...(demonstrations !== undefined && {
            demonstrations: await readDemonstrations(demonstrations, templateCheck(config.model)),
          }),
        },
        config,
        run,
      );
      saveModel(run.file('model'), { ...model, params });
      return { prompts: prompts.length, model: run.file('model') };
    });
  },
});
