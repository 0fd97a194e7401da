/** Responses with a judge's verdict, and the means over prompts that every number of the evaluation starts from. */
import { mean } from 'simple-statistics';
import { InputError } from '../errors';
import { groupBy } from '../group-by';

/** A response of a policy and its quality; a rollout with its score is one. */
export interface JudgedResponse {
  readonly promptId: string;
  readonly task?: string;
  /** By the judge; higher is better. */
  readonly quality: number;
  /** Tokens, the end-of-turn token included. */
  readonly responseTokens: number;
}

/** Groups rows by prompt, in order of first appearance. */
export function byPrompt<T extends { readonly promptId: string }>(rows: readonly T[]): Map<string, T[]> {
  return groupBy(rows, (row) => row.promptId);
}

/** Mean of a number over the samples of each prompt: one entry a prompt. */
export function meanByPrompt<T extends { readonly promptId: string }>(
  rows: readonly T[],
  value: (row: T) => number,
): Map<string, number> {
  return new Map([...byPrompt(rows)].map(([promptId, samples]) => [promptId, mean(samples.map(value))]));
}

/**
 * Checks that two policies answered the same prompts; what is compared in pairs must be.
 *
 * @throws {InputError} naming a prompt that one of them lacks, or when there are none.
 */
export function requireSamePrompts(
  policy: ReadonlyMap<string, unknown>,
  baseline: ReadonlyMap<string, unknown>,
): void {
  if (baseline.size === 0) throw new InputError('evaluation: the baseline has no responses');
  for (const [of, other, side] of [
    [policy, baseline, 'baseline'],
    [baseline, policy, 'policy'],
  ] as const) {
    for (const promptId of of.keys()) {
      if (!other.has(promptId))
        throw new InputError(`evaluation: the ${side} has no response to prompt '${promptId}'`);
    }
  }
}
