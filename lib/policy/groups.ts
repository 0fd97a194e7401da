/** Groups: several responses to each prompt of an iteration, which GRPO and RLOO compare with one another. */
import type { FieldTable } from '../config';
import { InputError } from '../errors';
import type { LanguageModel } from '../model/sample';
import type { Rng } from '../random';
import type { Metrics } from '../train/metrics';
import { stepRows } from '../train/sampler';
import type { PromptRecord } from '../types';
import {
  completionMetrics,
  logRatios,
  rolloutSampler,
  type PolicyRollout,
  type RolloutSampler,
} from './rollout';
import { rolloutFields, type RolloutConfig } from './rollout-config';
import { moments } from './scores';

export interface GroupConfig extends RolloutConfig {
  readonly generationBatchSize: number;
  readonly numGenerations: number;
  readonly numIterations: number;
}

export const groupFields: FieldTable<GroupConfig> = {
  ...rolloutFields,
  learningRate: { ...rolloutFields.learningRate, source: 'TRL' },
  generationBatchSize: {
    doc: 'responses sampled in an iteration, a multiple of numGenerations',
    type: 'integer',
    default: 64,
    min: 2,
    unit: 'responses',
    source: 'ours',
  },
  numGenerations: {
    doc: 'responses to each prompt: the group that a response is compared with',
    type: 'integer',
    default: 8,
    min: 2,
    source: 'TRL',
  },
  numIterations: {
    doc: 'passes over the rollouts of an iteration',
    type: 'integer',
    default: 1,
    min: 1,
    source: 'TRL',
  },
};

/** Rewards of equal responses differ by the rounding of float32 scores: a group that varies no more than this teaches nothing. */
const roundingStd = 1e-4;

/**
 * Checks that an iteration can be cut into groups and into minibatches.
 *
 * @param stage the name in error messages, e.g. `grpo`.
 * @throws {InputError} without prompts and when one does not divide the other.
 */
export function checkGroups(stage: string, prompts: readonly PromptRecord[], config: GroupConfig): void {
  if (prompts.length === 0) throw new InputError(`${stage}: there are no prompts`);
  const { generationBatchSize } = config;
  for (const name of ['numGenerations', 'numMiniBatches'] as const) {
    if (generationBatchSize % config[name] === 0) continue;
    throw new InputError(
      `${stage}: generationBatchSize must be a multiple of ${name} (${config[name]}), got ${generationBatchSize}`,
    );
  }
}

/** The prompts of an iteration, each as often in a row as it has responses. */
export function drawGroups(
  step: number,
  prompts: readonly PromptRecord[],
  { generationBatchSize, numGenerations }: GroupConfig,
  rng: Rng,
): PromptRecord[] {
  return stepRows(step, generationBatchSize / numGenerations, prompts.length, rng).flatMap((row) =>
    Array<PromptRecord>(numGenerations).fill(prompts[row] as PromptRecord),
  );
}

/** Makes the sampler of a run; rows are read as many at a time as an update reads. */
export function groupSampler(stage: string, reference: LanguageModel, config: GroupConfig): RolloutSampler {
  const { generationBatchSize, numMiniBatches, gradientAccumulationSteps } = config;
  const batchSize = Math.ceil(generationBatchSize / (numMiniBatches * gradientAccumulationSteps));
  return rolloutSampler(stage, reference, config, batchSize);
}

/** A group's mean, and whether its rewards vary beyond rounding: unless they do, none of its responses has an advantage. */
export interface Group {
  readonly rewards: readonly number[];
  readonly mean: number;
  /** Unbiased. */
  readonly std: number;
  readonly varies: boolean;
}

/**
 * Rewards by group.
 *
 * @param rewards of the groups one after the other.
 * @throws {InputError} when they do not make whole groups.
 */
export function groupRewards(rewards: readonly number[], numGenerations: number): Group[] {
  if (rewards.length % numGenerations !== 0) {
    throw new InputError(
      `groupRewards: there must be whole groups of ${numGenerations} rewards, got ${rewards.length}`,
    );
  }
  return Array.from({ length: rewards.length / numGenerations }, (_, i) => {
    const own = rewards.slice(i * numGenerations, (i + 1) * numGenerations);
    const { mean, std } = moments(own);
    // NaN varies, so that it is seen and stops the run.
    return { rewards: own, mean, std, varies: !(std < roundingStd) };
  });
}

/**
 * Metrics of one iteration before its updates, under TRL's names: `reward`, `reward_std`, `frac_reward_zero_std`, `completions/…`,
 * the largest `sampling/sampling_logp_difference` and, summed over a response, `objective/kl`.
 *
 * @param rewards as they were scored, less the penalty for a missing end. @param groups what advantages were made of.
 */
export function groupMetrics(
  rollouts: readonly PolicyRollout[],
  rewards: readonly number[],
  groups: readonly Group[],
): Metrics {
  const { mean, std } = moments(rewards);
  const kls = rollouts.map((rollout) => logRatios(rollout).reduce((sum, ratio) => sum + ratio, 0));
  return {
    reward: mean,
    reward_std: std,
    frac_reward_zero_std: groups.filter((group) => !group.varies).length / groups.length,
    'objective/kl': moments(kls).mean,
    'sampling/sampling_logp_difference/max': Math.max(...rollouts.map((rollout) => rollout.samplerGap)),
    ...completionMetrics(rollouts),
  };
}
