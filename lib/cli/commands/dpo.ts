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
import { readDemonstrations, readPrompts } from '../../preferences/readers/open';
import { createRng } from '../../random';
import { runFields, type RunConfig } from '../../train/fields';
import type { RunDirectory } from '../../train/run-directory';
import type { PreferencePair, PromptRecord, Scorer } from '../../types';
import { defineCommand } from '../command';
import { pairFlags, readUsablePairs, type PairFlags } from '../pairs';
import { chosenReward, resolveReward, rewardFiles, rewardFlags, type RewardFlags } from '../scorers';
import { runStage } from '../stage';
import { templateCheck } from '../template-check';

/** Prompts, of those of the pairs, that `--samples-every` draws from again and again. */
const samplePrompts = 64;

interface DpoCommandConfig extends DpoConfig, RunConfig, RewardFlags, PairFlags {
  readonly model: string;
  readonly pairs?: string;
  readonly prompts?: string;
  readonly samplesPerPrompt: number;
  readonly minScoreGap: number;
  readonly temperature: number;
  readonly demonstrations?: string;
}

const fields: FieldTable<DpoCommandConfig> = {
  model: { doc: 'Hugging Face directory of the SFT model: policy and frozen reference', type: 'path' },
  pairs: { doc: 'file of preference pairs (HH-RLHF or TRL rows)', type: 'path', optional: true },
  ...pairFlags,
  prompts: {
    doc: 'instead of --pairs: prompts to sample from; --reward-model or --reward labels the samples',
    type: 'path',
    optional: true,
  },
  ...rewardFlags,
  samplesPerPrompt: {
    doc: 'samples a prompt; the best is paired with the worst',
    type: 'integer',
    default: 4,
    min: 2,
    source: 'ours',
  },
  minScoreGap: {
    doc: 'best and worst sample make a pair only when their scores differ by more than this',
    type: 'number',
    default: 0,
    min: 0,
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
    const { pairs, prompts, demonstrations, temperature } = config;
    const reward = chosenReward('dpo', config);
    if ((pairs === undefined) === (prompts === undefined) || (pairs === undefined && reward === undefined)) {
      throw new InputError(
        'dpo: either --pairs, or --prompts with --reward-model or --reward, must be given, and not both',
      );
    }
    const inputs = [config.model, pairs, prompts, demonstrations, ...rewardFiles(reward)].filter(
      (path) => path !== undefined,
    );
    return runStage('dpo', config, inputs, async (run) => {
      const model = loadModel(config.model);
      const scorer = reward === undefined ? undefined : await resolveReward(reward);
      const read =
        pairs === undefined
          ? await labelSamples(
              model,
              await readPrompts(prompts as string, templateCheck(config.model)),
              scorer as Scorer,
              config,
              run,
            )
          : (await readUsablePairs('dpo', pairs, config, run)).pairs;
      const params = await trainDpo(
        model,
        {
          pairs: read,
          samplePrompts: promptsOf(read).slice(0, samplePrompts),
          temperature,
          ...(scorer !== undefined && { scorer }),
          ...(demonstrations !== undefined && {
            demonstrations: await readDemonstrations(demonstrations, templateCheck(config.model)),
          }),
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
  prompts: readonly PromptRecord[],
  scorer: Scorer,
  config: DpoCommandConfig,
  run: RunDirectory,
): Promise<PreferencePair[]> {
  const rollouts = await sampleResponses(model, prompts, {
    samplesPerPrompt: config.samplesPerPrompt,
    maxNewTokens: config.maxResponseTokens,
    maxPromptTokens: config.maxPromptTokens,
    temperature: config.temperature,
    rng: createRng(config.seed).fork('dpo').fork('candidates'),
  });
  const scores = await scorer(rollouts);
  const scored = rollouts.map((rollout, i) => ({ ...rollout, score: scores[i] as number }));
  writeJsonLines(run.file('scored-samples.jsonl'), scored);
  const labelled = pairsFromSamples(scored, config.minScoreGap);
  writePairs(run.file('pairs.jsonl'), labelled);
  return labelled;
}

/** Each prompt of some pairs once. */
function promptsOf(pairs: readonly PreferencePair[]): PromptRecord[] {
  const prompts = pairs.map(({ promptId, task, prompt }): PromptRecord => ({
    promptId,
    ...(task !== undefined && { task }),
    prompt,
  }));
  return [...new Map(prompts.map((prompt) => [prompt.promptId, prompt])).values()];
}
