/** `rlhf-kit grpo`: stage 5 on a model directory, prompts and anything that scores responses. */
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { loadModel, saveModel } from '../../model/directory';
import { grpoFields, type GrpoConfig } from '../../policy/grpo/config';
import { trainGrpo } from '../../policy/grpo/trainer';
import { readDemonstrations, readPrompts } from '../../preferences/readers/open';
import { runFields, type RunConfig } from '../../train/fields';
import { defineCommand } from '../command';
import { chosenReward, resolveReward, rewardFiles, rewardFlags, type RewardFlags } from '../scorers';
import { runStage } from '../stage';
import { templateCheck } from '../template-check';

interface GrpoCommandConfig extends GrpoConfig, RunConfig, RewardFlags {
  readonly model: string;
  readonly prompts: string;
  readonly demonstrations?: string;
}

const fields: FieldTable<GrpoCommandConfig> = {
  model: { doc: 'Hugging Face directory of the SFT model: policy and frozen reference', type: 'path' },
  prompts: { doc: 'file of prompts', type: 'path' },
  ...rewardFlags,
  demonstrations: { doc: 'file of demonstrations for --sft-loss-coef', type: 'path', optional: true },
  ...runFields,
  ...grpoFields,
};

export const grpoCommand = defineCommand<GrpoCommandConfig>({
  name: 'grpo',
  summary: '5  tune a policy against a reward model by GRPO, which compares several responses to a prompt',
  fields,
  run: (config) => {
    const { demonstrations } = config;
    const reward = chosenReward('grpo', config);
    if (reward === undefined) throw new InputError('grpo: either --reward-model or --reward must be given');
    const inputs = [config.model, config.prompts, demonstrations, ...rewardFiles(reward)].filter(
      (path) => path !== undefined,
    );
    return runStage('grpo', config, inputs, async (run) => {
      const model = loadModel(config.model);
      const prompts = await readPrompts(config.prompts, templateCheck(config.model));
      const params = await trainGrpo(
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
