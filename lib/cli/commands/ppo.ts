/** `rlhf-kit ppo`: stage 5 on a model directory, prompts and anything that scores responses. */
import type * as tf from '@tensorflow/tfjs';
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { loadModel, saveModel } from '../../model/directory';
import { ppoFields, type PpoConfig } from '../../policy/ppo/config';
import { trainPpo } from '../../policy/ppo/trainer';
import { readDemonstrations, readPrompts } from '../../preferences/readers/open';
import { disposeTree } from '../../tensor/pytree';
import { runFields, type RunConfig } from '../../train/fields';
import { defineCommand } from '../command';
import {
  chosenReward,
  isModelDirectory,
  resolveReward,
  rewardFiles,
  rewardFlags,
  type ChosenReward,
  type RewardFlags,
} from '../scorers';
import { runStage } from '../stage';
import { templateCheck } from '../template-check';

interface PpoCommandConfig extends PpoConfig, RunConfig, RewardFlags {
  readonly model: string;
  readonly prompts: string;
  readonly demonstrations?: string;
}

const fields: FieldTable<PpoCommandConfig> = {
  model: { doc: 'Hugging Face directory of the SFT model: policy and frozen reference', type: 'path' },
  prompts: { doc: 'file of prompts', type: 'path' },
  ...rewardFlags,
  demonstrations: { doc: 'file of demonstrations for --sft-loss-coef', type: 'path', optional: true },
  ...runFields,
  ...ppoFields,
};

export const ppoCommand = defineCommand<PpoCommandConfig>({
  name: 'ppo',
  summary: '5  tune a policy against a reward model by PPO',
  fields,
  run: (config) => {
    const { demonstrations } = config;
    const reward = chosenReward('ppo', config);
    if (reward === undefined) throw new InputError('ppo: either --reward-model or --reward must be given');
    const inputs = [config.model, config.prompts, demonstrations, ...rewardFiles(reward)].filter(
      (path) => path !== undefined,
    );
    return runStage('ppo', config, inputs, async (run) => {
      const model = loadModel(config.model);
      const prompts = await readPrompts(config.prompts, templateCheck(config.model));
      const scorer = await resolveReward(reward);
      const scoreHead = config.valueInit === 'rewardModel' ? loadScoreHead(reward) : undefined;
      const params = await trainPpo(
        model,
        {
          prompts,
          scorer,
          ...(demonstrations !== undefined && {
            demonstrations: await readDemonstrations(demonstrations, templateCheck(config.model)),
          }),
          ...(scoreHead !== undefined && { scoreHead }),
        },
        config,
        run,
      );
      saveModel(run.file('model'), { ...model, params });
      return { prompts: prompts.length, model: run.file('model') };
    });
  },
});

/** The score head of a reward model in a folder; other scorers have none. */
function loadScoreHead({ scorers }: ChosenReward): tf.Tensor | undefined {
  const [reward] = scorers as [string];
  if (scorers.length > 1) {
    throw new InputError(`ppo: --value-init rewardModel takes one reward model, got ${scorers.length}`);
  }
  if (!isModelDirectory(reward)) return undefined;
  const { 'score.weight': scoreHead, ...others } = loadModel(reward).params;
  disposeTree(others);
  return scoreHead;
}
