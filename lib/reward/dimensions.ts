/**
 * What a reward model scores, e.g. helpful, harmless, fluent: names and weights, and the loss on pairs with a verdict per dimension.
 * One score is one dimension.
 *
 * @see Wu et al. 2023 (arXiv:2306.01693): fine-grained rewards, whose weights may change after training.
 */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import type { ModelConfig, ScoreDimension } from '../model/config';
import type { Coefficient } from '../tensor/coefficients';
import type { PreferencePair } from '../types';
import type { RewardConfig } from './config';
import { rewardLoss } from './pair-loss';

/** The dimension that stands for the pair's own verdict: the chosen side is better. */
const overall = 'overall';

/** The dimension of a reward model of one score: on every pair the chosen side is better. */
export const oneScore: readonly ScoreDimension[] = [{ name: 'score', weight: 1 }];

/** Who is better on a dimension. */
export type PairVerdict = 'chosen' | 'rejected' | 'tie';

/** Verdict of a pair on a dimension; a tie where nobody was asked. */
export function verdictOn({ verdicts }: PreferencePair, dimension: string): PairVerdict {
  return verdicts?.[dimension] ?? (dimension === overall ? 'chosen' : 'tie');
}

/**
 * The dimensions that a configuration names, with weights; undefined when it asks for one score.
 *
 * @throws {InputError} for a name that is empty or there twice, for a weight of a dimension that is not there or that is no number
 * ≥ 0, when all weights are 0, and for settings that need one score.
 */
export function configuredDimensions(
  config: Pick<RewardConfig, 'dimensions' | 'dimensionWeights' | 'useMargin' | 'lengthCovariate'>,
): readonly ScoreDimension[] | undefined {
  if (config.dimensions === undefined) {
    if (config.dimensionWeights === undefined) return undefined;
    throw new InputError('reward: dimensionWeights is for reward models with dimensions');
  }
  for (const setting of ['useMargin', 'lengthCovariate'] as const) {
    if (config[setting]) throw new InputError(`reward: ${setting} is for reward models of one score`);
  }
  const names = config.dimensions.split(',').map((name) => name.trim());
  const wrong = names.find((name, i) => name === '' || names.indexOf(name) !== i);
  if (wrong !== undefined) {
    throw new InputError(
      `reward: dimensions must be different names with commas between them, got '${config.dimensions}'`,
    );
  }
  const equal = names.map((name) => ({ name, weight: 1 }));
  return config.dimensionWeights === undefined
    ? equal
    : weighDimensions('reward: dimensionWeights', equal, config.dimensionWeights);
}

/** The dimensions that a configuration trains. */
export function trainedDimensions(
  config: Parameters<typeof configuredDimensions>[0],
): readonly ScoreDimension[] {
  return configuredDimensions(config) ?? oneScore;
}

/** The shape of the reward model that a configuration trains, to save and score it by: with the dimensions that it names. */
export function rewardModelConfig(
  model: ModelConfig,
  config: Parameters<typeof configuredDimensions>[0],
): ModelConfig {
  const scoreDimensions = configuredDimensions(config);
  return scoreDimensions === undefined ? model : { ...model, scoreDimensions };
}

/**
 * Dimensions with the weights of a list such as `helpful=1,harmless=0.5`; those that it does not name have weight 0.
 *
 * @param where beginning of error messages.
 * @throws {InputError} for an unknown dimension, a weight that is no number ≥ 0, and when all weights are 0.
 */
export function weighDimensions(
  where: string,
  dimensions: readonly ScoreDimension[],
  list: string,
): readonly ScoreDimension[] {
  const names = dimensions.map(({ name }) => name);
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
export function shares(dimensions: readonly ScoreDimension[]): number[] {
  const total = dimensions.reduce((sum, { weight }) => sum + weight, 0);
  return dimensions.map(({ weight }) => weight / total);
}

/** B pairs on one dimension. */
export type DimensionBatch = {
  /** [B] int32, row of the better response among the scores */
  readonly better: tf.Tensor1D;
  /** [B] int32, row of the worse one */
  readonly worse: tf.Tensor1D;
  /** [B] 1 = there is a verdict; absent where every pair has one */
  readonly decided?: tf.Tensor1D;
  /** Pairs of the whole step that have one. */
  readonly count: tf.Scalar;
};

export interface DimensionLossOptions {
  /** [B] how many times a pair counts. */
  readonly weights: tf.Tensor1D;
  /** [B] subtracted from the gap of every dimension. 0 when absent. */
  readonly margins?: tf.Tensor1D;
  readonly scoreL2Coefficient: Coefficient;
  readonly centerRewardsCoefficient: Coefficient;
  /** Pairs in the whole step. */
  readonly count: tf.Scalar;
}

export interface DimensionLoss {
  readonly loss: tf.Scalar;
  /** Share of the decided pairs that each dimension has right. [K] */
  readonly accuracies: readonly tf.Scalar[];
  /** Log-odds of the better response, the gap of the scores less the margin. [K] of [B] */
  readonly logits: readonly tf.Tensor1D[];
}

/**
 * Loss of the dimensions: the weighted mean of their pairwise losses. Every verdict counts alike: each dimension's loss is a sum
 * over the pairs decided on it, divided by `count`, all pairs of the step.
 *
 * @param scored [responses, K]
 * @param batches one per dimension.
 */
export function dimensionLoss(
  scored: tf.Tensor2D,
  batches: readonly DimensionBatch[],
  dimensions: readonly ScoreDimension[],
  options: DimensionLossOptions,
): DimensionLoss {
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
  const parts = shares(dimensions).map((share, k) => tf.mul<tf.Scalar>(results[k]?.loss as tf.Scalar, share));
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
export function weighScores(scored: tf.Tensor2D, dimensions: readonly ScoreDimension[]): tf.Tensor1D {
  return tf.sum(tf.mul(scored, tf.tensor1d(shares(dimensions))), 1);
}
