/** What a token loses in GRPO, a pure function of log-probabilities, and what it counts. */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from '../../tensor/assert';
import type { Coefficient } from '../../tensor/coefficients';
import { k1, k3, type KlEstimator } from '../../tensor/kl';
import type { EncodedRow } from '../../train/sequences';
import { countTokens } from '../rollout-batch';
import { clippedSurrogate, type Surrogate, type SurrogateOptions } from '../surrogate';

export const grpoLossTypes = ['grpo', 'bnpo', 'dapo', 'dr_grpo'] as const;
export type GrpoLossType = (typeof grpoLossTypes)[number];

export interface GrpoLossOptions extends SurrogateOptions {
  readonly beta: Coefficient;
  readonly klEstimator: KlEstimator;
  readonly useBiasCorrectionKl: boolean;
}

export interface GrpoLoss extends Omit<Surrogate<tf.Tensor2D>, 'surrogate'> {
  /** Of each token, the KL term included. [B, R] */
  readonly loss: tf.Tensor2D;
  /** Divergence from the reference, corrected when asked, nats. [B, R] */
  readonly kl: tf.Tensor2D;
}

/**
 * Loss of each token: β·KL − `clippedSurrogate`, with ρ = π/π_old of the token. KL is estimated by k3 = r − 1 − log r with
 * r = π_ref/π, or by k1 = −log r, and with `useBiasCorrectionKl` multiplied by ρ.
 *
 * @param logprobs of the policy. [B, R]
 * @param oldLogprobs of the policy that sampled. [B, R]
 * @param refLogprobs of the frozen reference. [B, R]
 * @param advantages one per response. [B, 1]
 * @throws {ShapeError} when the shapes differ.
 * @see Shao et al. 2024, eq. 3 and 4 (arXiv:2402.03300).
 */
export function grpoLoss(
  logprobs: tf.Tensor2D,
  oldLogprobs: tf.Tensor2D,
  refLogprobs: tf.Tensor2D,
  advantages: tf.Tensor2D,
  options: GrpoLossOptions,
): GrpoLoss {
  assertShape('grpoLoss', { oldLogprobs, refLogprobs }, logprobs.shape);
  assertShape('grpoLoss', { advantages }, [logprobs.shape[0], 1]);
  const { beta, klEstimator, useBiasCorrectionKl } = options;
  const { surrogate, ...rest } = clippedSurrogate(logprobs, oldLogprobs, advantages, options);
  const estimate = { k1, k3 }[klEstimator](logprobs, refLogprobs); // [B, R]
  const kl: tf.Tensor2D = useBiasCorrectionKl ? tf.mul(estimate, rest.ratio) : estimate;
  return { loss: tf.sub<tf.Tensor2D>(beta === 0 ? 0 : tf.mul(kl, beta), surrogate), kl, ...rest };
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

/** Weights of the tokens of responses, of which `whole` are those of the update; a row carries `meanTokens`. */
export function tokenWeights<R extends EncodedRow & Pick<UpdateSizes, 'meanTokens'>>(
  whole: readonly R[],
  { lossType, maxNewTokens }: { readonly lossType: GrpoLossType; readonly maxNewTokens: number },
): (row: R) => Float32Array {
  const tokens = countTokens(whole);
  return ({ responseTokens: { length }, meanTokens }) => {
    const sizes = { responses: whole.length, tokens, meanTokens, maxNewTokens };
    return new Float32Array(length).fill(tokenWeight(lossType, length, sizes));
  };
}
