/** What a pair loses: the ranking loss on scores. It knows no model, so that it can be held against other implementations. */
import * as tf from '@tensorflow/tfjs';
import type { Coefficient } from '../tensor/coefficients';

export interface RewardLossOptions {
  /** [B] how much better the chosen response is; subtracted from the score gap. 0 when absent. */
  readonly margins?: tf.Tensor1D;
  /** [B] how many times a pair counts. 1 when absent. */
  readonly weights?: tf.Tensor1D;
  readonly scoreL2Coefficient?: Coefficient;
  readonly centerRewardsCoefficient?: Coefficient;
  /** Pairs in the whole step, when this batch is a part of it; B when absent. */
  readonly count?: tf.Scalar;
}

export interface RewardLoss {
  readonly loss: tf.Scalar;
  /** Share of pairs with r_w > r_l; equal scores count as wrong, as in TRL. */
  readonly accuracy: tf.Scalar;
  /** Mean r_w − r_l. */
  readonly margin: tf.Scalar;
  /** Mean of all 2B scores. */
  readonly meanReward: tf.Scalar;
  readonly minReward: tf.Scalar;
  readonly maxReward: tf.Scalar;
}

/**
 * Bradley–Terry loss with a Gaussian prior on the scores, over n = `count` pairs:
 *
 * L = 1/n · Σ w · [ −log σ(r_w − r_l − m) + λ(r_w² + r_l²) + c(r_w + r_l)² ],
 *
 * with −log σ(x) = softplus(−x), which is exact for large |x| and differentiable everywhere. A pair of weight 2 counts as
 * the same pair twice, priors included. Metrics are unweighted, and sums over `count` too, so that microbatches add up
 * (minimum and maximum apart).
 *
 * @param chosenScores r_w, [B]
 * @param rejectedScores r_l, [B]
 * @see ChatGLM-RLHF (arXiv:2404.00934) for λ; Llama 2 (arXiv:2307.09288), eq. 2 for m; TRL's RewardTrainer for c.
 */
export function rewardLoss(
  chosenScores: tf.Tensor1D,
  rejectedScores: tf.Tensor1D,
  options: RewardLossOptions = {},
): RewardLoss {
  const { margins, weights, scoreL2Coefficient = 0, centerRewardsCoefficient = 0 } = options;
  const count = options.count ?? tf.scalar(chosenScores.shape[0]);
  const gaps = tf.sub(chosenScores, rejectedScores); // [B]
  const terms: tf.Tensor[] = [
    tf.softplus(tf.neg(margins === undefined ? gaps : tf.sub(gaps, margins))), // [B]
  ];
  if (scoreL2Coefficient !== 0) {
    const squares = tf.add(tf.square(chosenScores), tf.square(rejectedScores)); // [B]
    terms.push(tf.mul(scoreL2Coefficient, squares));
  }
  if (centerRewardsCoefficient !== 0) {
    terms.push(tf.mul(centerRewardsCoefficient, tf.square(tf.add(chosenScores, rejectedScores)))); // [B]
  }
  const perPair = tf.addN(terms); // [B]
  const mean = (values: tf.Tensor): tf.Scalar => tf.div(tf.sum(values), count) as tf.Scalar;
  const all = tf.concat([chosenScores, rejectedScores]); // [2B]
  return {
    loss: mean(weights === undefined ? perPair : tf.mul(perPair, weights)),
    accuracy: mean(tf.cast(tf.greater(gaps, 0), 'float32')),
    margin: mean(gaps),
    meanReward: tf.div(mean(all), 2) as tf.Scalar,
    minReward: tf.min(all) as tf.Scalar,
    maxReward: tf.max(all) as tf.Scalar,
  };
}
