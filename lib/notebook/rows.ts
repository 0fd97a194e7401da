/** Rows of the tables that several notebooks show: one policy, one reward model, one preference set a row, columns with their units. */
import { InputError } from '../errors';
import type { PolicyResult } from '../evaluation/policies';
import type { FrontierPoint } from '../evaluation/frontier';
import type { ProbeResult } from '../probes/pass-rates';
import type { AnnotatorRow } from '../filter/agreement';
import type { FilterReport } from '../filter/report';
import type { RewardScorecard } from '../reward/scorecard/scorecard';
import { shownName } from '../shown-names';
import type { Comparison } from '../types';

/** What an evaluation says of a policy; shares and gold from 0 to 1, intervals 95%. */
export function policyRow(policy: string, result: PolicyResult) {
  const [from, to] = result.winMinusLossCi;
  return {
    policy: shownName(policy),
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

/** A vote, with the texts that were compared. */
export function voteRow({ task = 'other', a, b, winner, annotator }: Comparison) {
  return { task: shownName(task), a: a.text, b: b.text, winner, annotator };
}

/** An annotator's habits: ties, and agreement with the label of the others where these judged too. */
export function annotatorRow({ annotator, votes, tieRate, sharedVotes, leaveOneOutAgreement }: AnnotatorRow) {
  return {
    annotator,
    votes,
    'ties (share)': tieRate,
    'judged by others too': sharedVotes,
    'agrees with the others (share)': leaveOneOutAgreement,
  };
}

/** How often a probe was passed; shares from 0 to 1. */
export function probeRow(probe: string, { prompts, passRate, passRateCi: [from, to] }: ProbeResult) {
  return { probe: shownName(probe), prompts, 'passed (share)': passRate, 'from (95%)': from, 'to (95%)': to };
}

/**
 * The course of a policy over its training: score and gold at first, at last, and where gold was
 * highest.
 *
 * @throws {InputError} without points.
 */
export function courseRow(policy: string, points: readonly FrontierPoint[]) {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new InputError(`courseRow: ${policy} has no points`);
  const best = points.reduce((top, point) =>
    (point.gold ?? -Infinity) > (top.gold ?? -Infinity) ? point : top,
  );
  return {
    policy: shownName(policy),
    'score, first': first.proxy,
    'score, last': last.proxy,
    'gold, first': first.gold ?? null,
    'gold, last': last.gold ?? null,
    'gold, best': best.gold ?? null,
    'best at KL (nats)': best.kl,
    'last at KL (nats)': last.kl,
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
