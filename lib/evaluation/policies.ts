/** What an evaluation says of every policy: quality, wins over the baseline, length, distance. */
import { mean } from 'simple-statistics';
import { InputError } from '../errors';
import type { Rng } from '../random';
import { bootstrapMean, type BootstrapOptions } from './bootstrap';
import type { Interval } from '../intervals';
import { pairedDifference, type Difference } from './compare';
import { meanByPrompt, type JudgedResponse } from './judged';
import { lengthControlledWinRate, type LengthControlledWinRate } from './length-controlled';
import { matches, winRate, type WinRate } from './win-rate';

/** A policy's judged responses, and each response's log-ratio to the baseline. */
export interface EvaluatedPolicy {
  readonly responses: readonly JudgedResponse[];
  /** nats, one a response. */
  readonly kls: ArrayLike<number>;
}

export interface PolicyResult extends WinRate, LengthControlledWinRate {
  /** Mean over prompts of the judge's verdict. */
  readonly quality: number;
  readonly qualityCi: Interval;
  /** Quality minus the baseline's, on the same prompts. */
  readonly qualityDifference: Difference;
  /** Tokens. */
  readonly meanResponseTokens: number;
  /** Mean log-ratio to the baseline of the responses, nats. */
  readonly kl: number;
}

export interface EvaluationOptions {
  readonly baseline: string;
  /** Qualities that differ by no more than this are a tie. */
  readonly tieMargin: number;
  readonly rng: Rng;
  /** Bootstrap resamples; 1000 when absent. */
  readonly resamples?: number;
}

/**
 * Compares every policy with the baseline. The baseline stands among the results too: its samples against themselves.
 *
 * @param policies by name.
 * @throws {InputError} when the baseline is not among them or the prompts differ.
 */
export function evaluatePolicies(
  policies: Readonly<Record<string, EvaluatedPolicy>>,
  options: EvaluationOptions,
): Record<string, PolicyResult> {
  const baseline = policies[options.baseline];
  if (baseline === undefined) {
    throw new InputError(
      `evaluation: the baseline '${options.baseline}' is not among the policies (${Object.keys(policies).join(', ')})`,
    );
  }
  return Object.fromEntries(
    Object.entries(policies).map(([name, policy]) => [name, evaluatePolicy(policy, baseline, options)]),
  );
}

function evaluatePolicy(
  { responses, kls }: EvaluatedPolicy,
  baseline: EvaluatedPolicy,
  { tieMargin, rng, resamples }: EvaluationOptions,
): PolicyResult {
  // Every policy and number draws the same resamples: their intervals are then paired too.
  const bootstrap = (): BootstrapOptions => ({
    rng: rng.fork('bootstrap'),
    ...(resamples !== undefined && { resamples }),
  });
  const played = matches(responses, baseline.responses, tieMargin);
  const quality = meanByPrompt(responses, (row) => row.quality);
  return {
    quality: mean([...quality.values()]),
    qualityCi: bootstrapMean([...quality.values()], bootstrap()),
    qualityDifference: pairedDifference(
      quality,
      meanByPrompt(baseline.responses, (row) => row.quality),
      bootstrap(),
    ),
    ...winRate(played, bootstrap()),
    ...lengthControlledWinRate(played, bootstrap()),
    meanResponseTokens: mean(responses.map((row) => row.responseTokens)),
    kl: mean(Array.from(kls)),
  };
}
