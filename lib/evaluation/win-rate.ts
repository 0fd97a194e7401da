/** Wins, ties and losses of a policy against a baseline on the same prompts. */
import { mean } from 'simple-statistics';
import { bootstrapMean, type BootstrapOptions } from './bootstrap';
import type { Interval } from '../intervals';
import { byPrompt, requireSamePrompts, type JudgedResponse } from './judged';

/** One response of the policy beside one of the baseline, to the same prompt. */
export interface Match {
  readonly promptId: string;
  /** 1 the policy's is better, ½ as good, 0 worse. */
  readonly label: number;
  /** Tokens of the policy's response minus those of the baseline's. */
  readonly lengthDifference: number;
  /** One over the matches of the prompt: each prompt counts once. */
  readonly weight: number;
}

export interface WinRate {
  readonly prompts: number;
  /** Shares of matches, each prompt counting once; they add up to 1. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** wins + ties/2: half is what a policy gets that is as good as the baseline. */
  readonly winRate: number;
  /** wins − losses. */
  readonly winMinusLoss: number;
  /** Bootstrap over prompts, 95% unless told otherwise. */
  readonly winMinusLossCi: Interval;
}

/**
 * Sets every sample of the policy against every sample of the baseline for the same prompt.
 *
 * @param tieMargin qualities that differ by no more than this are a tie.
 * @returns matches, those of one prompt side by side.
 * @throws {InputError} when the two did not answer the same prompts.
 */
export function matches(
  policy: readonly JudgedResponse[],
  baseline: readonly JudgedResponse[],
  tieMargin: number,
): Match[] {
  const policyByPrompt = byPrompt(policy);
  const baselineByPrompt = byPrompt(baseline);
  requireSamePrompts(policyByPrompt, baselineByPrompt);
  return [...policyByPrompt].flatMap(([promptId, ours]) => {
    const theirs = baselineByPrompt.get(promptId) ?? [];
    const weight = 1 / (ours.length * theirs.length);
    return ours.flatMap((our) =>
      theirs.map((their) => ({
        promptId,
        label: outcome(our.quality - their.quality, tieMargin),
        lengthDifference: our.responseTokens - their.responseTokens,
        weight,
      })),
    );
  });
}

function outcome(difference: number, tieMargin: number): number {
  if (Math.abs(difference) <= tieMargin) return 0.5;
  return difference > 0 ? 1 : 0;
}

/**
 * Rates of a policy's matches, with a bootstrap interval over prompts.
 *
 * @example
 * ```ts
 * import { createRng, matches, winRate } from 'rlhf-kit';
 *
 * const judged = (qualities: number[]) =>
 *   qualities.map((quality, i) => ({ promptId: `p${i}`, quality, responseTokens: 10 }));
 * const played = matches(judged([0.9, 0.4, 0.7]), judged([0.5, 0.4, 0.8]), 0.05);
 * const { wins, ties, losses, winMinusLossCi } = winRate(played, { rng: createRng(1) });
 * console.log(wins, ties, losses, winMinusLossCi);
 * ```
 */
export function winRate(played: readonly Match[], options: BootstrapOptions): WinRate {
  const prompts = [...byPrompt(played).values()];
  const share = (label: number): number =>
    mean(prompts.map((rows) => rows.filter((row) => row.label === label).length / rows.length));
  const [wins, ties, losses] = [share(1), share(0.5), share(0)];
  const advantages = prompts.map((rows) => mean(rows.map((row) => 2 * row.label - 1)));
  return {
    prompts: prompts.length,
    wins,
    ties,
    losses,
    winRate: wins + ties / 2,
    winMinusLoss: wins - losses,
    winMinusLossCi: bootstrapMean(advantages, options),
  };
}
