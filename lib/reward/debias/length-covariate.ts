/**
 * Length debiasing during training. Annotators' votes follow P(w ≻ l) = σ(r_w − r_l + γΔ), Δ the difference in length;
 * γΔ stands in the loss beside the scores, so that these need not carry length, and is left out when they are used.
 *
 * Balancing alone cannot do this: it takes out how often longer answers win over all pairs, which is less than annotators
 * like length, since in most pairs quality decides. The two go together: γ then is what balancing left.
 *
 * @see Clark et al. 2019 (arXiv:1909.03683), a known bias as a factor of its own while training; Chen et al. 2024
 * (arXiv:2402.07319), a reward model with a head for length that is thrown away.
 */
import * as tf from '@tensorflow/tfjs';

/** How many batches γ is fitted to, about: few enough to keep ahead of scores that learn. */
const memory = 20;

/** State of the fit, which a checkpoint holds. */
export type LengthCovariate = {
  /** γ, log-odds a token. */
  readonly lengthSlope: number;
  /** Running mean of the curvature, tokens². */
  readonly lengthCurvature: number;
  /** Batches seen. */
  readonly lengthBatches: number;
};

export const initialLengthCovariate: LengthCovariate = {
  lengthSlope: 0,
  lengthCurvature: 0,
  lengthBatches: 0,
};

/** What a batch says about γ; sums over `count`, so that microbatches add up. */
export type LengthCovariateMetrics = {
  /** Σ w(1 − p)Δ, tokens. */
  readonly length_gradient: tf.Scalar;
  /** Σ w·p(1 − p)Δ², tokens². */
  readonly length_curvature: tf.Scalar;
};

/**
 * First and second derivative, by γ, of the log-likelihood Σ w·log σ(z), z = r_w − r_l + γΔ; the second with its sign turned.
 *
 * @param logits z, [B]
 * @param differences Δ, tokens of the chosen response less those of the rejected one, [B]
 * @param weights w, [B]
 * @param count pairs in the whole step
 */
export function lengthCovariateMetrics(
  logits: tf.Tensor1D,
  differences: tf.Tensor1D,
  weights: tf.Tensor1D,
  count: tf.Scalar,
): LengthCovariateMetrics {
  const p = tf.sigmoid(logits); // [B]
  const mean = (values: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(weights, values)), count) as tf.Scalar;
  return {
    length_gradient: mean(tf.mul(tf.sub(1, p), differences)),
    length_curvature: mean(tf.mul(tf.mul(p, tf.sub(1, p)), tf.square(differences))),
  };
}

/**
 * A Newton step on one batch, damped so that it averages over batches: with share s = 1/min(batches, 20), the curvature c
 * becomes the running mean c + s·(curvature − c), then γ += s·gradient/c. Where all differences are 0, γ stays.
 */
export function adaptLengthSlope(
  { lengthSlope, lengthCurvature, lengthBatches }: LengthCovariate,
  gradient: number,
  curvature: number,
): LengthCovariate {
  const share = 1 / Math.min(lengthBatches + 1, memory);
  const averaged = lengthCurvature + share * (curvature - lengthCurvature);
  return {
    lengthSlope: averaged === 0 ? lengthSlope : lengthSlope + (share * gradient) / averaged,
    lengthCurvature: averaged,
    lengthBatches: lengthBatches + 1,
  };
}
