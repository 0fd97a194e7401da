/** The contents of `summary.json`: rates, differences and intervals as fractions, lengths in tokens, KL in nats. */
import type { Interval } from '../intervals';
import type { PolicyResult } from './policies';
import type { ProbeResult } from '../probes/pass-rates';

export const pipelinePolicies = ['sft', 'dpo', 'ppo', 'ppoNoSftLoss'] as const;
export type PipelinePolicy = (typeof pipelinePolicies)[number];

export interface FilterSummary {
  /** Votes read. */
  readonly comparisons: number;
  /** Pairs removed, by reason, and those left. */
  readonly ties: number;
  readonly cyclic: number;
  readonly duplicates: number;
  readonly kept: number;
}

export interface RewardSummary {
  /** Agreement with held-out labels. */
  readonly accuracy: number;
  /** Agreement with the gold judge. */
  readonly goldAccuracy: number;
  /** The same of the reward model without length balancing. */
  readonly plainGoldAccuracy: number;
  /** Agreement of a perfect judge with the labels, estimated from the votes. */
  readonly noiseCeiling: number;
  /** Expected calibration error. */
  readonly ece: number;
  readonly scoreMean: number;
  readonly scoreStd: number;
  /** Accuracy of "the longer answer wins", before and after bucket balancing. */
  readonly lengthOnlyAccuracy: { readonly before: number; readonly after: number };
  /** Correlation of score and length at equal gold quality. */
  readonly scoreLengthCorrelation: { readonly plain: number; readonly debiased: number };
}

export interface PolicySummary {
  /** Mean verdict of the gold judge, in [0, 1]. */
  readonly gold: number;
  /** wins + ties/2 against SFT. */
  readonly winRate: number;
  readonly winMinusLoss: number;
  readonly winMinusLossCi: Interval;
  readonly lengthControlledWinRate: number;
  readonly meanResponseTokens: number;
  /** Mean log-ratio to SFT, nats a response. */
  readonly kl: number;
  /** Share of forgetting probes passed, by task. */
  readonly probes: Readonly<Record<string, number>>;
}

export interface PipelineSummary {
  readonly engine: string;
  readonly seed: number;
  readonly wallSeconds: number;
  readonly filter: FilterSummary;
  readonly reward: RewardSummary;
  readonly policies: Readonly<Record<PipelinePolicy, PolicySummary>>;
}

/** The summary's entry for one policy, judged by the gold judge. */
export function policySummary(
  result: PolicyResult,
  probes: Readonly<Record<string, ProbeResult>>,
): PolicySummary {
  return {
    gold: result.quality,
    winRate: result.winRate,
    winMinusLoss: result.winMinusLoss,
    winMinusLossCi: result.winMinusLossCi,
    lengthControlledWinRate: result.lengthControlledWinRate,
    meanResponseTokens: result.meanResponseTokens,
    kl: result.kl,
    probes: Object.fromEntries(Object.entries(probes).map(([task, { passRate }]) => [task, passRate])),
  };
}
