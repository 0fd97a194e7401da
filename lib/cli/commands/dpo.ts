/** `rlhf-kit dpo`: stage 5 on a model directory, from pairs or from the policy's own samples scored by a reward model. */
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { writeJsonLines } from '../../files';
import { loadModel, saveModel } from '../../model/directory';
import { sampleResponses, type LanguageModel } from '../../model/sample';
import { dpoFields, type DpoConfig } from '../../policy/dpo/config';
import { pairsFromSamples } from '../../policy/dpo/pairs';
import { trainDpo } from '../../policy/dpo/trainer';
import { writePairs } from '../../preferences/pairs';
import { readDemonstrations, readPairs, readPrompts } from '../../preferences/readers/open';
import { createRng } from '../../random';
import { runFields, type RunConfig } from '../../train/fields';
import type { RunDirectory } from '../../train/run-directory';
import type { PreferencePair } from '../../types';
import { defineCommand } from '../command';
import { resolveScorer } from '../scorers';
import { runStage } from '../stage';

interface DpoCommandConfig extends DpoConfig, RunConfig {
  readonly model: string;
  readonly pairs?: string;
  readonly prompts?: string;
  readonly reward?: string;
  readonly samplesPerPrompt: number;
  readonly temperature: number;
  readonly demonstrations?: string;
}

const fields: FieldTable<DpoCommandConfig> = {
  model: { doc: 'Hugging Face directory of the SFT model: policy and frozen reference', type: 'path' },
  pairs: { doc: 'file of preference pairs (HH-RLHF or TRL rows)', type: 'path', optional: true },
  prompts: {
    doc: 'instead of --pairs: prompts to sample from, with --reward to label the samples',
    type: 'path',
    optional: true,
  },
  reward: {
    doc: 'labels samples: a reward-model directory, vader, or a module',
    type: 'string',
    optional: true,
  },
  samplesPerPrompt: {
    doc: 'samples a prompt; the best is paired with the worst',
    type: 'integer',
    default: 4,
    min: 2,
    source: 'ours',
  },
  temperature: { doc: 'of sampling', type: 'number', default: 1, min: 0, exclusiveMin: true, source: 'ours' },
  demonstrations: { doc: 'file of demonstrations for --sft-loss-coef', type: 'path', optional: true },
  ...runFields,
  ...dpoFields,
};

export const dpoCommand = defineCommand<DpoCommandConfig>({
  name: 'dpo',
  summary: '5  tune a policy on preference pairs by DPO',
  fields,
  run: (config) => {
    const { pairs, prompts, demonstrations } = config;
    const inputs = [config.model, pairs, prompts, demonstrations].filter((path) => path !== undefined);
    return runStage('dpo', config, inputs, async (run) => {
      const model = loadModel(config.model);
      const read = pairs === undefined ? await labelSamples(model, config, run) : await readPairs(pairs);
      const params = await trainDpo(
        model,
        {
          pairs: read,
          ...(demonstrations !== undefined && { demonstrations: await readDemonstrations(demonstrations) }),
        },
        config,
        run,
      );
      saveModel(run.file('model'), { ...model, params });
      return { pairs: read.length, model: run.file('model') };
    });
  },
});

/** The paper's way: the policy's samples, paired by the reward model's scores. */
async function labelSamples(
  model: LanguageModel,
  config: DpoCommandConfig,
  run: RunDirectory,
): Promise<PreferencePair[]> {
  const { prompts, reward } = config;
  if (prompts === undefined || reward === undefined) {
    throw new InputError('dpo: either --pairs, or --prompts with --reward, must be given');
  }
  const score = await resolveScorer(reward);
  const rollouts = await sampleResponses(model, await readPrompts(prompts), {
    samplesPerPrompt: config.samplesPerPrompt,
    maxNewTokens: config.maxResponseTokens,
    maxPromptTokens: config.maxPromptTokens,
    temperature: config.temperature,
    rng: createRng(config.seed).fork('dpo').fork('candidates'),
  });
  const scores = await score(rollouts);
  const scored = rollouts.map((rollout, i) => ({ ...rollout, score: scores[i] as number }));
  writeJsonLines(run.file('scored-samples.jsonl'), scored);
  const labelled = pairsFromSamples(scored);
  writePairs(run.file('pairs.jsonl'), labelled);
  return labelled;
}
