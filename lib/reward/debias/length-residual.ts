/** Length debiasing after training, to compare with balancing: what length explains of a score is subtracted. */
import { mean } from 'simple-statistics';
import { InputError } from '../../errors';
import { groupBy } from '../../group-by';
import type { Scorer } from '../../types';

export interface ScoredLength {
  readonly score: number;
  /** Response tokens. */
  readonly length: number;
  readonly promptId: string;
}

export interface LengthFit {
  /** Score a token. */
  readonly coefficient: number;
  /** Mean length of the responses fitted, tokens: there nothing is subtracted. */
  readonly meanLength: number;
  /** Responses that had another response to the same prompt beside them. */
  readonly responses: number;
}

/**
 * Least squares of score on length among the answers to one prompt:
 * β = Σ (s − s̄ₚ)(ℓ − ℓ̄ₚ) / Σ (ℓ − ℓ̄ₚ)², bars being means over the prompt p. Prompts differ in how long their answers are
 * and in how well they score; demeaning keeps that out of β.
 *
 * @throws {InputError} when no prompt has two responses of different length: β is then not determined.
 */
export function fitLengthResidual(rows: readonly ScoredLength[]): LengthFit {
  const groups = [...groupBy(rows, (row) => row.promptId).values()].filter((group) => group.length > 1);
  let covariance = 0;
  let variance = 0;
  for (const group of groups) {
    const score = mean(group.map((row) => row.score));
    const length = mean(group.map((row) => row.length));
    for (const row of group) {
      covariance += (row.score - score) * (row.length - length);
      variance += (row.length - length) ** 2;
    }
  }
  if (variance === 0) {
    throw new InputError(
      `length residual: needs a prompt with two responses of different length, got ${rows.length} responses without one`,
    );
  }
  return {
    coefficient: covariance / variance,
    meanLength: mean(rows.map((row) => row.length)),
    responses: groups.flat().length,
  };
}

/** s′ = s − β(ℓ − ℓ̄). */
export function lengthResidual(fit: LengthFit, score: number, length: number): number {
  return score - fit.coefficient * (length - fit.meanLength);
}

/**
 * The scorer s′(x, y) = s(x, y) − β(ℓ(y) − ℓ̄). Unlike balancing it needs no training, but it also takes away the part of
 * length that goes with quality.
 *
 * @param lengthOf tokens of a response, counted as for the fit.
 * @see Huang et al. 2024 (arXiv:2409.17407), post-hoc calibration of rewards; linear here instead of locally weighted.
 */
export function lengthResidualScorer(
  scorer: Scorer,
  fit: LengthFit,
  lengthOf: (response: string) => number,
): Scorer {
  return async (inputs) => {
    const scores = await scorer(inputs);
    return inputs.map(({ response }, i) => lengthResidual(fit, scores[i] as number, lengthOf(response)));
  };
}
