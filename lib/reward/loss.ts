/** The loss of the reward model, with the model in it: a pure function of parameters and a batch. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../model/config';
import type { NamedTensors } from '../train/adamw';
import { maxOf, minOf, type LossAndMetrics, type ScalarMetrics } from '../train/metrics';
import type { RewardBatch } from './batch';
import type { RewardConfig } from './config';
import { lengthCovariateMetrics } from './debias/length-covariate';
import { criterionLoss, trainedCriteria, weighScores } from './criteria';
import { rewardLoss } from './pair-loss';
import { scoreRows } from './score';

/**
 * {@link criterionLoss} of the scores of a batch, with TRL's metrics of the pairs' own verdicts under the weighted score, and, with
 * `lengthCovariate`, what the slope of length is fitted by.
 */
export function loss(
  params: NamedTensors,
  batch: RewardBatch,
  model: ModelConfig,
  config: RewardConfig,
): LossAndMetrics {
  const { loss: value, metrics, logits } = compare(params, batch, model, config);
  if (!config.lengthCovariate) return { loss: value, metrics };
  // Of a model of one score: others have no length covariate.
  const fit = lengthCovariateMetrics(
    logits[0] as tf.Tensor1D,
    batch.lengthDifferences,
    batch.weights,
    batch.count,
  );
  return { loss: value, metrics: { ...metrics, ...fit } };
}

/**
 * What is reported of pairs held out: the loss and its metrics, and the accuracy on each criterion.
 *
 * @param reported names of the criteria under which `accuracy/<name>` is reported, none where there is one score.
 */
export function report(
  params: NamedTensors,
  batch: RewardBatch,
  model: ModelConfig,
  config: RewardConfig,
  reported: readonly string[],
): LossAndMetrics {
  const { loss: value, metrics, accuracies } = compare(params, batch, model, config);
  const own = Object.entries(accuracies)
    .filter(([name]) => reported.includes(name))
    .map(([name, accuracy]) => [`accuracy/${name}`, accuracy]);
  return { loss: value, metrics: { ...metrics, ...(Object.fromEntries(own) as ScalarMetrics) } };
}

interface Comparison extends LossAndMetrics {
  /** Of each criterion. [K] of [B] */
  readonly logits: readonly tf.Tensor1D[];
  readonly accuracies: Readonly<Record<string, tf.Scalar>>;
}

function compare(
  params: NamedTensors,
  batch: RewardBatch,
  model: ModelConfig,
  config: RewardConfig,
): Comparison {
  const criteria = trainedCriteria(config);
  const scored = scoreRows(params, model, batch.scores); // [responses, K]
  const {
    loss: value,
    accuracies,
    logits,
  } = criterionLoss(scored, batch.criteria, criteria, {
    ...batch.coefficients,
    weights: batch.weights,
    count: batch.count,
    ...marginsOf(batch, config),
  });
  const weighed = weighScores(scored, criteria); // [responses]
  const [chosen, rejected] = [tf.gather(weighed, batch.chosen), tf.gather(weighed, batch.rejected)]; // [B] each
  const own = rewardLoss(chosen, rejected, { count: batch.count });
  return {
    loss: value,
    metrics: {
      accuracy: own.accuracy,
      margin: own.margin,
      mean_reward: own.meanReward,
      min_reward: minOf(own.minReward),
      max_reward: maxOf(own.maxReward),
    },
    logits,
    accuracies: Object.fromEntries(criteria.map(({ name }, k) => [name, accuracies[k] as tf.Scalar])),
  };
}

/** What is subtracted from the gaps of scores: margins, and what a gap owes to length, which is no merit of the scores. */
function marginsOf(
  { margins, lengthSlope, lengthDifferences }: RewardBatch,
  { useMargin, lengthCovariate }: RewardConfig,
): { margins?: tf.Tensor1D } {
  const lengthTerm = tf.mul<tf.Tensor1D>(lengthSlope, lengthDifferences); // [B]
  if (useMargin) return { margins: lengthCovariate ? tf.sub(margins, lengthTerm) : margins };
  return lengthCovariate ? { margins: tf.neg(lengthTerm) } : {};
}
