/** Which prompts RL learns from: those whose answers differ in reward. Where all answers score alike there is no signal. */
import { InputError } from '../../errors';
import type { PromptTags } from '../../types';

export interface ScoredPrompt extends PromptTags {
  /** Rewards of the K ≥ 2 answers sampled for the prompt. */
  readonly scores: readonly number[];
}

export interface VarianceRule {
  /** This share of the prompts, those of the smallest variance, is dropped. In [0, 1). */
  readonly quantile?: number;
  /** Prompts with a smaller variance are dropped; wins over `quantile`. */
  readonly epsilon?: number;
}

export interface PromptSelection {
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
  /** Prompts with a variance below this were dropped. */
  readonly threshold: number;
  readonly byTask: Readonly<Record<string, { kept: number; dropped: number; meanVariance: number }>>;
}

/** Below this, rewards differ by the rounding of float32 scores alone (1e-4): no rule keeps such a prompt. */
const roundingVariance = 1e-8;

/**
 * Drops the prompts whose rewards vary least: variance Σ(r − r̄)²/K over the K samples. The threshold is never 0: scores of
 * equal answers differ by rounding, so prompts without any signal go whatever the rule, even when they are more than the share
 * asked for.
 *
 * @throws {InputError} for a prompt with fewer than two scores, or a quantile outside [0, 1).
 * @see ChatGLM-RLHF (arXiv:2404.00934), which drops prompts of variance below ε; ε and K are not stated.
 *
 * @example
 * ```ts
 * import { selectByVariance } from 'rlhf-kit';
 *
 * const prompts = [
 *   { promptId: 'p1', scores: [0.2, 0.9] },
 *   { promptId: 'p2', scores: [0.5, 0.5] },
 * ];
 * console.log(selectByVariance(prompts, { quantile: 0.2 }).kept); // [ 'p1' ]
 * ```
 */
export function selectByVariance(
  prompts: readonly ScoredPrompt[],
  { quantile = 0, epsilon }: VarianceRule,
): PromptSelection {
  if (!(quantile >= 0 && quantile < 1))
    throw new InputError(`prompt selection: quantile must be ≥ 0 and < 1, got ${quantile}`);
  const variances = prompts.map(({ promptId, scores }) => {
    if (scores.length < 2)
      throw new InputError(
        `prompt selection: prompt '${promptId}' needs 2 or more scores, got ${scores.length}`,
      );
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  });
  const sorted = [...variances].sort((a, b) => a - b);
  const asked = epsilon ?? sorted[Math.floor(quantile * sorted.length)] ?? 0;
  const threshold = Math.max(asked, roundingVariance);
  const kept: string[] = [];
  const dropped: string[] = [];
  const byTask: Record<string, { kept: number; dropped: number; meanVariance: number }> = {};
  prompts.forEach(({ promptId, task = 'other' }, i) => {
    const variance = variances[i] as number;
    const row = (byTask[task] ??= { kept: 0, dropped: 0, meanVariance: 0 });
    const stays = variance >= threshold;
    (stays ? kept : dropped).push(promptId);
    row[stays ? 'kept' : 'dropped']++;
    row.meanVariance += variance;
  });
  for (const row of Object.values(byTask)) row.meanVariance /= row.kept + row.dropped;
  return { kept, dropped, threshold, byTask };
}
