/**
 * What a reward model scores, e.g. helpful, harmless, fluent: names and weights, and the loss on pairs with a verdict per criterion.
 * One score is one criterion.
 *
 * @see Wu et al. 2023 (arXiv:2306.01693): fine-grained rewards, whose weights may change after training.
 */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import type { ModelConfig, ScoreCriterion } from '../model/config';
import type { Coefficient } from '../tensor/coefficients';
import type { PreferencePair } from '../types';
import type { RewardConfig } from './config';
import { rewardLoss } from './pair-loss';

/** The criterion that stands for the pair's own verdict: the chosen side is better. */
const overall = 'overall';

/** The criterion of a reward model of one score: on every pair the chosen side is better. */
export const oneScore: readonly ScoreCriterion[] = [{ name: 'score', weight: 1 }];

/** Who is better on a criterion. */
export type PairVerdict = 'chosen' | 'rejected' | 'tie';

/** Verdict of a pair on a criterion; a tie where nobody was asked. */
export function verdictOn({ verdicts }: PreferencePair, criterion: string): PairVerdict {
  return verdicts?.[criterion] ?? (criterion === overall ? 'chosen' : 'tie');
}

/**
 * The criteria that a configuration names, with weights; undefined when it asks for one score.
 *
 * @throws {InputError} for a name that is empty or there twice, for a weight of a criterion that is not there or that is no number
 * ≥ 0, when all weights are 0, and for settings that need one score.
 */
export function configuredCriteria(
  config: Pick<RewardConfig, 'criteria' | 'criterionWeights' | 'useMargin' | 'lengthCovariate'>,
): readonly ScoreCriterion[] | undefined {
  if (config.criteria === undefined) {
    if (config.criterionWeights === undefined) return undefined;
    throw new InputError('reward: criterionWeights is for reward models with criteria');
  }
  for (const setting of ['useMargin', 'lengthCovariate'] as const) {
    if (config[setting]) throw new InputError(`reward: ${setting} is for reward models of one score`);
  }
  const names = config.criteria.split(',').map((name) => name.trim());
  const wrong = names.find((name, i) => name === '' || names.indexOf(name) !== i);
  if (wrong !== undefined) {
    throw new InputError(
      `reward: criteria must be different names with commas between them, got '${config.criteria}'`,
    );
  }
  const equal = names.map((name) => ({ name, weight: 1 }));
  return config.criterionWeights === undefined
    ? equal
    : weighCriteria('reward: criterionWeights', equal, config.criterionWeights);
}

/** The criteria that a configuration trains. */
export function trainedCriteria(config: Parameters<typeof configuredCriteria>[0]): readonly ScoreCriterion[] {
  return configuredCriteria(config) ?? oneScore;
}

/** The shape of the reward model that a configuration trains, to save and score it by: with the criteria that it names. */
export function rewardModelConfig(
  model: ModelConfig,
  config: Parameters<typeof configuredCriteria>[0],
): ModelConfig {
  const scoreCriteria = configuredCriteria(config);
  return scoreCriteria === undefined ? model : { ...model, scoreCriteria };
}

/**
 * Criteria with the weights of a list such as `helpful=1,harmless=0.5`; those that it does not name have weight 0.
 *
 * @param where beginning of error messages.
 * @throws {InputError} for an unknown criterion, a weight that is no number ≥ 0, and when all weights are 0.
 */
export function weighCriteria(
  where: string,
  criteria: readonly ScoreCriterion[],
  list: string,
): readonly ScoreCriterion[] {
  const names = criteria.map(({ name }) => name);
  const weights = new Map<string, number>();
  for (const entry of list.split(',')) {
    const [name = '', value = ''] = entry.split('=').map((part) => part.trim());
    if (!names.includes(name)) {
      throw new InputError(
        `${where}: '${entry.trim()}' must be name=weight with a name of ${names.join(', ')}`,
      );
    }
    const weight = value === '' ? NaN : Number(value);
    if (!(weight >= 0 && weight < Infinity)) {
      throw new InputError(`${where}: the weight of ${name} must be a number ≥ 0, got '${value}'`);
    }
    weights.set(name, weight);
  }
  const weighed = names.map((name) => ({ name, weight: weights.get(name) ?? 0 }));
  if (weighed.every(({ weight }) => weight === 0)) {
    throw new InputError(`${where}: at least one weight must be above 0, got '${list}'`);
  }
  return weighed;
}

/** Weights that add up to 1. */
export function shares(criteria: readonly ScoreCriterion[]): number[] {
  const total = criteria.reduce((sum, { weight }) => sum + weight, 0);
  return criteria.map(({ weight }) => weight / total);
}

/** B pairs on one criterion. */
export type CriterionBatch = {
  /** [B] int32, row of the better response among the scores */
  readonly better: tf.Tensor1D;
  /** [B] int32, row of the worse one */
  readonly worse: tf.Tensor1D;
  /** [B] 1 = there is a verdict; absent where every pair has one */
  readonly decided?: tf.Tensor1D;
  /** Pairs of the whole step that have one. */
  readonly count: tf.Scalar;
};

export interface CriterionLossOptions {
  /** [B] how many times a pair counts. */
  readonly weights: tf.Tensor1D;
  /** [B] subtracted from the gap of every criterion. 0 when absent. */
  readonly margins?: tf.Tensor1D;
  readonly scoreL2Coefficient: Coefficient;
  readonly centerRewardsCoefficient: Coefficient;
  /** Pairs in the whole step. */
  readonly count: tf.Scalar;
}

export interface CriterionLoss {
  readonly loss: tf.Scalar;
  /** Share of the decided pairs that each criterion has right. [K] */
  readonly accuracies: readonly tf.Scalar[];
  /** Log-odds of the better response, the gap of the scores less the margin. [K] of [B] */
  readonly logits: readonly tf.Tensor1D[];
}

/**
 * Loss of the criteria: the weighted mean of their pairwise losses. Every verdict counts alike: each criterion's loss is a sum
 * over the pairs decided on it, divided by `count`, all pairs of the step.
 *
 * @param scored [responses, K]
 * @param batches one per criterion.
 */
export function criterionLoss(
  scored: tf.Tensor2D,
  batches: readonly CriterionBatch[],
  criteria: readonly ScoreCriterion[],
  options: CriterionLossOptions,
): CriterionLoss {
  const results = batches.map(({ better, worse, decided, count }, k) => {
    const column: tf.Tensor1D = tf.reshape(tf.slice(scored, [0, k], [scored.shape[0], 1]), [-1]); // [responses]
    const [betterScores, worseScores] = [tf.gather(column, better), tf.gather(column, worse)]; // [B]
    const ofDecided = <T extends tf.Tensor>(numbers: T): T =>
      decided ? tf.mul<T>(numbers, decided) : numbers;
    const weights = ofDecided(options.weights);
    const { loss } = rewardLoss(betterScores, worseScores, { ...options, weights });
    const right = tf.cast(tf.greater(betterScores, worseScores), 'float32'); // [B]
    const gaps = tf.sub<tf.Tensor1D>(betterScores, worseScores); // [B]
    return {
      loss,
      accuracy: tf.div<tf.Scalar>(tf.sum(ofDecided(right)), count),
      logits: options.margins === undefined ? gaps : tf.sub<tf.Tensor1D>(gaps, options.margins),
    };
  });
  const parts = shares(criteria).map((share, k) => tf.mul<tf.Scalar>(results[k]?.loss as tf.Scalar, share));
  return {
    loss: tf.addN(parts),
    accuracies: results.map(({ accuracy }) => accuracy),
    logits: results.map(({ logits }) => logits),
  };
}

/**
 * The one score that is made of all: Σ share·score.
 *
 * @param scored [responses, K]
 * @returns [responses]
 */
export function weighScores(scored: tf.Tensor2D, criteria: readonly ScoreCriterion[]): tf.Tensor1D {
  return tf.sum(tf.mul(scored, tf.tensor1d(shares(criteria))), 1);
}
