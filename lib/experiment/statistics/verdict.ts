/** Whether results bear out what was claimed. */
import type { Claim } from '../config';
import { compareSettings, type Experiment } from '../experiment';
import { level } from './paired-difference';
import { holm, type Comparison } from './compare-conditions';

export type Verdict = 'reproduced' | 'contradicted' | 'not shown';

/** A claim on the rows of its experiment. */
export interface JudgedClaim {
  readonly claim: Claim;
  /** Undefined where no seed has both sides. */
  readonly comparison: Comparison | undefined;
  /** By the claim's own interval. */
  readonly verdict: Verdict;
  /** The least α for which the (1 − α) interval decides the claim one way or the other; null where there is no interval over seeds. */
  readonly p: number | null;
  /** p after Holm's adjustment for all claims of the experiment. */
  readonly adjustedP: number | null;
  /** Whether the verdict, where it is one, stands after the adjustment too. */
  readonly holdsAdjusted: boolean;
}

/**
 * Verdict by the 95% interval of the difference: `reproduced` when all of it lies on the expected side, `contradicted` when all of it
 * lies on the other, else `not shown`. For `equal` the sides are within and outside of ± margin. One seed shows nothing: its
 * interval, if any, is over prompts alone.
 */
export function verdictOf({ expected, margin = 0 }: Claim, comparison: Comparison | undefined): Verdict {
  if (!isOverSeeds(comparison)) return 'not shown';
  const [low, high] = comparison.ci;
  const side =
    expected === 'equal'
      ? { expected: low > -margin && high < margin, other: low > margin || high < -margin }
      : expected === 'higher'
        ? { expected: low > 0, other: high < 0 }
        : { expected: high < 0, other: low > 0 };
  return side.expected ? 'reproduced' : side.other ? 'contradicted' : 'not shown';
}

/** p of the claim's decision: against 0; for `equal` against the nearer margin from outside, against both from inside. */
function claimP({ expected, margin = 0 }: Claim, comparison: Comparison | undefined): number | null {
  if (!isOverSeeds(comparison)) return null;
  const { difference, pValue } = comparison;
  if (expected !== 'equal') return pValue(0);
  if (Math.abs(difference) > margin) return pValue(Math.sign(difference) * margin);
  return Math.max(pValue(-margin), pValue(margin));
}

function isOverSeeds(
  comparison: Comparison | undefined,
): comparison is Comparison & { readonly ci: readonly [number, number] } {
  return comparison !== undefined && comparison.ci !== null && comparison.seeds.length > 1;
}

/**
 * Every claim of an experiment, adjusted for their number. A claim without an interval counts among them.
 *
 * @example
 * ```ts
 * import { experimentFolder, judgeClaims, openExperiment } from 'rlhf-kit';
 *
 * const experiment = await openExperiment(experimentFolder('02-length-debiasing'));
 * for (const { claim, verdict } of judgeClaims(experiment)) console.log(`${verdict}: ${claim.claim}`);
 * ```
 */
export function judgeClaims(experiment: Experiment): JudgedClaim[] {
  const judged = experiment.config.claims.map((claim) => {
    const comparison = compareSettings(
      experiment,
      claim.condition,
      claim.against,
      claim.metric,
      claim.againstMetric,
    );
    return { claim, comparison, verdict: verdictOf(claim, comparison), p: claimP(claim, comparison) };
  });
  const adjusted = holm(judged.map(({ p }) => p ?? 1));
  return judged.map((one, i) => {
    const adjustedP = one.p === null ? null : (adjusted[i] as number);
    const holdsAdjusted = one.verdict !== 'not shown' && adjustedP !== null && adjustedP <= 1 - level + 1e-12;
    return { ...one, adjustedP, holdsAdjusted };
  });
}

export type ExperimentVerdict = 'reproduced' | 'partly' | 'not';

/** `reproduced` when every claim is, `partly` when some are; undefined when nothing is claimed. */
export function experimentVerdict(claims: readonly JudgedClaim[]): ExperimentVerdict | undefined {
  if (claims.length === 0) return undefined;
  const reproduced = claims.filter(({ verdict }) => verdict === 'reproduced').length;
  return reproduced === claims.length ? 'reproduced' : reproduced > 0 ? 'partly' : 'not';
}
