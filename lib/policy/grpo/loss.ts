/** The GRPO losses: pure functions of log-probabilities, token by token, and the weights that make one number of them. */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from '../../tensor/assert';
import type { Coefficient } from '../../tensor/coefficients';
import { k1, k3, maxLogRatio, type KlEstimator } from '../../tensor/kl';
import { clip } from '../../tensor/ops';

export const grpoLossTypes = ['grpo', 'bnpo', 'dapo', 'dr_grpo'] as const;
export type GrpoLossType = (typeof grpoLossTypes)[number];

export interface GrpoLossOptions {
  readonly epsilon: Coefficient;
  /** `epsilon` when absent. */
  readonly epsilonHigh?: Coefficient;
  readonly beta: Coefficient;
  readonly klEstimator: KlEstimator;
  readonly useBiasCorrectionKl: boolean;
}

export interface GrpoLoss {
  /** Of each token, the KL term included. [B, R] */
  readonly loss: tf.Tensor2D;
  /** π/π_old. [B, R] */
  readonly ratio: tf.Tensor2D;
  /** Divergence from the reference, corrected when asked, nats. [B, R] */
  readonly kl: tf.Tensor2D;
  /** 1 where the ratio fell below the clip range and the advantage is negative. [B, R] */
  readonly lowClipped: tf.Tensor2D;
  /** 1 where the ratio rose above it and the advantage is positive. [B, R] */
  readonly highClipped: tf.Tensor2D;
}

/**
 * Loss of each token, with ρ = π/π_old: −min(A·ρ, A·clip(ρ, 1 − ε, 1 + ε_high)) + β·KL. KL is estimated by k3 = r − 1 − log r with
 * r = π_ref/π, or by k1 = −log r, and with `useBiasCorrectionKl` multiplied by ρ. Log-ratios are cut at ±20 before they are
 * exponentiated.
 *
 * @param logprobs of the policy. [B, R]
 * @param oldLogprobs of the policy that sampled. [B, R]
 * @param refLogprobs of the frozen reference. [B, R]
 * @param advantages one a response. [B, 1]
 * @throws {ShapeError} when the shapes differ.
 * @see Shao et al. 2024, eq. 3 and 4 (arXiv:2402.03300); ε_high: Yu et al. 2025 (arXiv:2503.14476).
 */
export function grpoLoss(
  logprobs: tf.Tensor2D,
  oldLogprobs: tf.Tensor2D,
  refLogprobs: tf.Tensor2D,
  advantages: tf.Tensor2D,
  { epsilon, epsilonHigh = epsilon, beta, klEstimator, useBiasCorrectionKl }: GrpoLossOptions,
): GrpoLoss {
  assertShape('grpoLoss', { oldLogprobs, refLogprobs }, logprobs.shape);
  assertShape('grpoLoss', { advantages }, [logprobs.shape[0], 1]);
  const logRatio = tf.clipByValue(tf.sub<tf.Tensor2D>(logprobs, oldLogprobs), -maxLogRatio, maxLogRatio); // [B, R]
  const ratio = tf.exp(logRatio) as tf.Tensor2D;
  const [low, high]: [tf.Scalar, tf.Scalar] = [tf.sub(1, epsilon), tf.add(1, epsilonHigh)];
  const clippedRatio = clip(ratio, low, high);
  const surrogate: tf.Tensor2D = tf.minimum(tf.mul(ratio, advantages), tf.mul(clippedRatio, advantages));
  const estimate = { k1, k3 }[klEstimator](logprobs, refLogprobs); // [B, R]
  const kl: tf.Tensor2D = useBiasCorrectionKl ? tf.mul(estimate, ratio) : estimate;
  const both = (a: tf.Tensor, b: tf.Tensor): tf.Tensor2D =>
    tf.cast(tf.logicalAnd(a, b), 'float32') as tf.Tensor2D;
  return {
    loss: tf.sub<tf.Tensor2D>(beta === 0 ? 0 : tf.mul(kl, beta), surrogate),
    ratio,
    kl,
    lowClipped: both(tf.less(ratio, low), tf.less(advantages, 0)),
    highClipped: both(tf.greater(ratio, high), tf.greater(advantages, 0)),
  };
}

/** Sizes of an update that weights are made of. */
export interface UpdateSizes {
  /** Responses of the update, microbatches together. */
  readonly responses: number;
  /** Response tokens of the update. */
  readonly tokens: number;
  /** Response tokens of an update on average over the iteration. */
  readonly meanTokens: number;
  /** Longest response that can be. */
  readonly maxNewTokens: number;
}

/**
 * What the loss of every token of a response counts, so that the loss of an update is Σ weight·loss over all its tokens:
 *
 * - `grpo`: 1 / (responses · |y|): means over tokens, then over responses, so that a token of a short response counts more;
 * - `bnpo`: 1 / tokens of the update;
 * - `dapo`: 1 / tokens of an update on average, the same in all updates of an iteration;
 * - `dr_grpo`: 1 / (responses · maxNewTokens), which no length changes.
 *
 * @param length |y|, tokens.
 * @see `dr_grpo`: Liu et al. 2025 (arXiv:2503.20783); `dapo`: Yu et al. 2025 (arXiv:2503.14476).
 */
export function tokenWeight(
  lossType: GrpoLossType,
  length: number,
  { responses, tokens, meanTokens, maxNewTokens }: UpdateSizes,
): number {
  switch (lossType) {
    case 'grpo':
      return 1 / (responses * length);
    case 'bnpo':
      return 1 / tokens;
    case 'dapo':
      return 1 / meanTokens;
    case 'dr_grpo':
      return 1 / (responses * maxNewTokens);
  }
}
