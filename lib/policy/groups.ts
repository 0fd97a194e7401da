/** Groups: several responses to each prompt of an iteration, which GRPO and RLOO compare with one another. */
import * as field from '../fields';
import { InputError } from '../errors';
import { klEstimators } from '../tensor/kl';
import type { Metrics } from '../train/metrics';
import { completionMetrics } from './rollout';
import { rolloutFields } from './rollout-config';
import type { Iteration } from './sampled';
import { moments } from './scores';

export const groupFields = {
  ...rolloutFields,
  learningRate: field.redefine(rolloutFields.learningRate, { default: 1e-6, source: 'TRL' }),
  generationBatchSize: field.integer('responses sampled in an iteration, a multiple of numGenerations', {
    default: 64,
    min: 2,
    unit: 'responses',
    source: 'ours',
  }),
  numGenerations: field.integer('responses to each prompt: the group that a response is compared with', {
    default: 8,
    min: 2,
    source: 'TRL',
  }),
  numIterations: field.integer('passes over the rollouts of an iteration', {
    default: 1,
    min: 1,
    source: 'TRL',
  }),
  epsilon: field.number(
    'probability ratios (of tokens in GRPO, of responses in RLOO) below 1 − this gain nothing',
    { default: 0.2, above: 0, source: 'TRL' },
  ),
  epsilonHigh: field
    .number('probability ratios above 1 + this gain nothing; epsilon when absent', { above: 0 })
    .optional(),
  beta: field.number(
    'weight of the KL divergence from the reference: added to the loss in GRPO, taken off the reward in RLOO',
    { default: 0, min: 0, source: 'TRL' },
  ),
  klEstimator: field.choice(klEstimators, 'how the divergence of a token is estimated', {
    default: 'k3',
    source: 'TRL',
  }),
};

export type GroupConfig = field.ConfigOf<typeof groupFields>;

/** Rewards of equal responses differ by the rounding of float32 scores: a group that varies no more than this teaches nothing. */
const roundingStd = 1e-4;

/** Added to the standard deviation that advantages are divided by, as in TRL. */
export const scaleEpsilon = 1e-4;

/** What GRPO and RLOO have in common as algorithms. */
export const groupAlgorithm = {
  shown: ['reward', 'frac_reward_zero_std', 'objective/kl'],
  sizes: { responses: 'generationBatchSize', perPrompt: 'numGenerations', passes: 'numIterations' },
  initialState: () => ({}),
} as const;

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
 * @param groups what advantages were made of.
 */
export function groupMetrics({ rollouts, scores, logRatios }: Iteration, groups: readonly Group[]): Metrics {
  const { mean, std } = moments(scores);
  const kls = logRatios.map((ratios) => ratios.reduce((sum, ratio) => sum + ratio, 0));
  return {
    reward: mean,
    reward_std: std,
    frac_reward_zero_std: groups.filter((group) => !group.varies).length / groups.length,
    'objective/kl': moments(kls).mean,
    'sampling/sampling_logp_difference/max': Math.max(...rollouts.map((rollout) => rollout.samplerGap)),
    ...completionMetrics(rollouts),
  };
}
