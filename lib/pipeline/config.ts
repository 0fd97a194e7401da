/** Configuration of the whole pipeline: the stages' own configurations and the sizes of what flows between them. */
import { languages } from '../../datasets/dialogues';
import { evaluationFields } from '../evaluation/config';
import * as field from '../fields';
import { filterFields } from '../filter/config';
import { dpoFields } from '../policy/dpo/config';
import { ppoFields } from '../policy/ppo/config';
import { rewardFields } from '../reward/config';
import { applySettings, type Settings } from '../settings';
import { sftFields } from '../sft/config';

const size = (doc: string) => field.integer(doc, { min: 1 });

/** How much of the embedded world is used, and which part of it. */
const worldFields = {
  language: field
    .choice(languages, 'the language of all dialogues; both, equally often, when absent')
    .optional(),
  maxTurns: field.integer('longer dialogues do not occur; 5 when absent', { min: 1, max: 5 }).optional(),
  demonstrations: size('dialogues that SFT imitates'),
  annotatePrompts: size('prompts whose answers annotators compare'),
  reinforcePrompts: size('prompts that policies learn from'),
  evaluatePrompts: size('prompts that policies are compared on'),
  probePrompts: size('prompts that ask for capabilities'),
  vocabSize: size('tokens of the tokenizer'),
};

/** The model that SFT starts from; the tokenizer decides the rest. */
export const modelFields = {
  hiddenSize: size('width of the residual stream'),
  intermediateSize: size('width inside the feed-forward layers'),
  numHiddenLayers: size('transformer layers'),
  numAttentionHeads: size('query heads'),
  numKeyValueHeads: size('key and value heads'),
  headDim: size('width of a head'),
  maxPositionEmbeddings: size('longest sequence, in tokens'),
};

/** Sampling, everywhere the same: what annotators compare is what policies are trained on and judged by. */
const samplingFields = {
  samplesPerPrompt: size('answers to each prompt that annotators compare'),
  temperature: field.number('of sampling', { above: 0 }),
  maxNewTokens: size('longer answers are cut off'),
  maxPromptTokens: size('longer prompts lose their beginning'),
};

const annotatorFields = {
  panel: size('people on the panel'),
  votesPerPair: size('annotators who judge each pair'),
  meanTemperature: field.number('mean noise of the panel, in units of utility', { above: 0 }),
  meanLengthBias: field.number('mean log-odds gained by 40 more characters'),
  meanTieThreshold: field.number('mean difference, in log-odds, up to which a pair is called a tie', {
    min: 0,
  }),
};

const parts = {
  world: worldFields,
  model: modelFields,
  sft: sftFields,
  sampling: samplingFields,
  annotators: annotatorFields,
  filter: filterFields,
  /** Of the debiased reward model; the plain one differs in `lengthBalance` and `lengthCovariate`. */
  reward: rewardFields,
  dpo: dpoFields,
  /** The run without the SFT loss differs in `sftLossCoef` alone. */
  ppo: ppoFields,
  evaluation: evaluationFields,
};

const values = {
  promptVarianceQuantile: field.number(
    'share of prompts with the smallest variance of rewards that RL leaves out',
    { min: 0, max: 1 },
  ),
  sftTermDemonstrations: field.integer(
    'demonstrations that the reward model scores for the SFT term of DPO and PPO; of the tasks that RL asks for, the better half is used',
    { min: 1 },
  ),
  probeEvery: field
    .integer(
      'ask the forgetting probes after every n-th iteration of PPO and after the last; only in the evaluation when absent',
      { min: 1, unit: 'iterations' },
    )
    .optional(),
};

export const pipelineFields = {
  seed: field.integer('seed of every random number of the run', { min: 0 }),
  ...field.parts(parts),
  ...values,
};

/** What a file may change: any field. */
export const pipelineChanges = { ...field.looseParts(parts), ...field.loose(values) };

export type PipelineConfig = field.ConfigOf<typeof pipelineFields>;

/**
 * A configuration of the pipeline with settings in it, e.g. `ppo.klCoef`.
 *
 * @throws {InputError} for a setting that is not known (with the near match), and for a value that it cannot take.
 */
export function setPipeline(where: string, base: PipelineConfig, settings: Settings): PipelineConfig {
  return applySettings(where, pipelineFields, base, settings);
}
