/** Measure `agreement`: how often the reward model says what people say on the votes held out. */
import { readJson, readJsonLines } from '../../files';
import type { VotesConfig } from './config';
import type { HumanAgreement, VotedPair } from './held-out';
import type { Measure, MeasuredPart } from '../measure';
import { meanOf, pairMeasures, pairMetrics, rightness, type ScoredLength } from '../given/pair-measures';

export const agreementMeasure: Measure<VotesConfig> = {
  module: __filename,
  reads: ['held-out'],
  metrics: [...pairMetrics, 'voteAgreement', 'humanAgreement', 'ceiling'],
  measure: async (_, path) =>
    votedMeasures(
      await readJsonLines<VotedPair>(path('held-out/pairs.jsonl')),
      await readJsonLines<ScoredLength>(path('held-out/responses.jsonl')),
      readJson<HumanAgreement>(path('held-out/humans.json')),
    ),
};

/**
 * {@link pairMeasures} with the majority as label and one number a question; besides
 *
 * - `voteAgreement`: share of single votes, ties left out, that the scores agree with,
 * - `humanAgreement`: the same of two people on one pair, which is what `voteAgreement` is to be held against,
 * - `ceiling`: how often a perfect judge would agree with the majorities, estimated: what `accuracy` is to be held against.
 */
export function votedMeasures(
  pairs: readonly VotedPair[],
  responses: readonly ScoredLength[],
  humans: HumanAgreement,
): MeasuredPart {
  const { prompts, metrics } = pairMeasures(
    pairs.map((pair) => ({ ...pair, promptId: pair.question })),
    responses,
  );
  const votes = pairs.flatMap((pair) => {
    const right = rightness(pair);
    return [
      ...Array<number>(pair.chosenVotes).fill(right),
      ...Array<number>(pair.rejectedVotes).fill(1 - right),
    ];
  });
  return {
    prompts,
    metrics: {
      ...metrics,
      voteAgreement: meanOf(votes),
      humanAgreement: humans.votes ?? Number.NaN,
      ceiling: humans.ceiling ?? Number.NaN,
    },
  };
}
