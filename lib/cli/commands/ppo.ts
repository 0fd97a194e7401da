/** `rlhf-kit ppo`: stage 5 on a model directory, prompts and anything that scores responses. */
import type { FieldTable } from '../../config';
import { loadModel, saveModel } from '../../model/directory';
import { ppoFields, type PpoConfig } from '../../policy/ppo/config';
import { trainPpo } from '../../policy/ppo/trainer';
import { readDemonstrations, readPrompts } from '../../preferences/readers/open';
import { runFields, type RunConfig } from '../../train/fields';
import { defineCommand } from '../command';
import { resolveScorer } from '../scorers';
import { runStage } from '../stage';

interface PpoCommandConfig extends PpoConfig, RunConfig {
  readonly model: string;
  readonly prompts: string;
  readonly reward: string;
  readonly demonstrations?: string;
}

const fields: FieldTable<PpoCommandConfig> = {
  model: { doc: 'Hugging Face directory of the SFT model: policy and frozen reference', type: 'path' },
  prompts: { doc: 'file of prompts', type: 'path' },
  reward: { doc: 'what scores responses: a reward-model directory, vader, or a module', type: 'string' },
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
    const inputs = [config.model, config.prompts, demonstrations].filter((path) => path !== undefined);
    return runStage('ppo', config, inputs, async (run) => {
      const model = loadModel(config.model);
      const prompts = await readPrompts(config.prompts);
      // Only a reward model in a folder has a score head to start the value head from.
      const scoreHead =
        config.valueInit === 'rewardModel' ? loadModel(config.reward).params['score.weight'] : undefined;
      const params = await trainPpo(
        model,
        {
          prompts,
          scorer: await resolveScorer(config.reward),
          ...(demonstrations !== undefined && { demonstrations: await readDemonstrations(demonstrations) }),
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
