/** `rlhf-kit dpo`: from pairs, or from the policy's own samples scored by a reward model. */
import * as field from '../../fields';
import { InputError } from '../../errors';
import { writeJsonLines } from '../../files';
import { derivedInput } from '../../flow/input';
import { sampleResponses, type LanguageModel } from '../../model/sample';
import { pairsFromSamples } from '../../policy/dpo/pairs';
import { dpoStage, type DpoStageConfig } from '../../policy/dpo/stage';
import { writePairs } from '../../preferences/pairs';
import { createRng } from '../../random';
import type { RunDirectory } from '../../train/run-directory';
import type { PreferencePair, PromptRecord, Scorer } from '../../types';
import { slotKinds } from '../slots';
import { commandOf } from '../stage-command';

const fields = {
  pairs: field.path('file of preference pairs (HH-RLHF or TRL rows)').optional(),
  prompts: field
    .path('instead of --pairs: prompts to sample from; --reward-model or --reward labels the samples')
    .optional(),
  samplesPerPrompt: field.integer('samples a prompt; the best is paired with the worst', {
    default: 4,
    min: 2,
    source: 'ours',
  }),
  minScoreGap: field.number(
    'best and worst sample make a pair only when their scores differ by more than this',
    { default: 0, min: 0, source: 'ours' },
  ),
};

/** The labelling of samples. */
type LabelConfig = field.ConfigOf<typeof fields>;

export const dpoCommand = commandOf(dpoStage, {
  fields,
  example: `${slotKinds.model.example} ${slotKinds.pairs.example}`,
  inputs: (config, { model, pairs, scorer }) => {
    const prompts = slotKinds.prompts.input('dpo', config);
    if (pairs !== undefined && prompts === undefined) return {};
    if (pairs !== undefined || prompts === undefined || scorer === undefined || model === undefined)
      throw new InputError(
        'dpo: either --pairs, or --prompts with --reward-model or --reward, must be given, and not both',
      );
    return {
      pairs: derivedInput(
        { model, prompts, scorer },
        {
          module: __filename,
          make: (opened, run) => labelSamples(opened.model, opened.prompts, opened.scorer, config, run),
        },
      ),
    };
  },
});

/** The paper's way: the policy's samples, paired by the reward model's scores. */
async function labelSamples(
  model: LanguageModel,
  prompts: readonly PromptRecord[],
  scorer: Scorer,
  config: DpoStageConfig & LabelConfig,
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
