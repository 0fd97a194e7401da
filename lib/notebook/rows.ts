/** Rows of the tables that several notebooks show: one policy, one reward model, one preference set a row, columns with their units. */
import type { PolicyResult } from '../evaluation/policies';
import type { FilterReport } from '../filter/report';
import type { RewardScorecard } from '../reward/scorecard/scorecard';

/** What an evaluation says of a policy; shares and gold from 0 to 1, intervals 95%. */
export function policyRow(policy: string, result: PolicyResult) {
  const [from, to] = result.winMinusLossCi;
  return {
    policy,
    'mean gold': result.quality,
    'wins − losses': result.winMinusLoss,
    'from (95%)': from,
    'to (95%)': to,
    'win rate': result.winRate,
    'at equal length': result.lengthControlledWinRate,
    'tokens an answer': result.meanResponseTokens,
    'KL (nats)': result.kl,
  };
}

/** What a scorecard says of a reward model; shares from 0 to 1. */
export function scorecardRow(model: string, card: RewardScorecard) {
  return {
    model,
    'right on labels': card.accuracy.accuracy,
    'noise ceiling': card.noiseCeiling?.ceiling ?? null,
    'length alone': card.lengthOnlyAccuracy,
    'right on gold': card.goldAccuracy?.accuracy ?? null,
    'r of score and length': card.scoreLengthCorrelation.equalQuality ?? null,
    ECE: card.calibration.ece,
  };
}

/** What the filter says of a set of preferences. */
export function preferenceRow(data: string, report: FilterReport) {
  return {
    data,
    votes: report.votes,
    'ties (share of votes)': report.tieVotes / report.votes,
    'pairs compared': report.items,
    'in a cycle': report.cyclicEdges,
    α: report.alpha,
    'longer preferred (share)': report.longerPreferred,
  };
}
