/** How often scores say what people say of pairs of answers, and how far both go with length. */
import { mean } from 'simple-statistics';
import { byPrompt } from '../../evaluation/judged';
import { lengthCorrelation } from '../../reward/scorecard/length-correlation';
import type { MeasuredPart } from './measure';
import type { HumanAgreement, ScoredLength, VotedPair } from '../stages/held-out-votes';
import type { JudgedPair } from '../stages/held-out-pairs';

/**
 * - `accuracy`: share of pairs with chosenScore > rejectedScore, a mean of one number a prompt; equal scores are half right.
 * - `longerWins`, `modelLonger`: of the pairs of unlike length, the share in which people prefer the longer answer, and in which it
 *   scores higher.
 * - `longerAccuracy`, `shorterAccuracy`: accuracy where people prefer the longer answer, and where the shorter.
 * - `lengthCorrelation`, `withinLengthCorrelation`: of score and length over all responses, and among those to one prompt.
 *
 * @param responses each once.
 */
export function pairMeasures(
  pairs: readonly JudgedPair[],
  responses: readonly ScoredLength[],
): { readonly prompts: Record<string, number[]>; readonly metrics: Record<string, number> } {
  const unlike = pairs.filter(({ chosenLength, rejectedLength }) => chosenLength !== rejectedLength);
  const longer = unlike.filter(({ chosenLength, rejectedLength }) => chosenLength > rejectedLength);
  const shorter = unlike.filter(({ chosenLength, rejectedLength }) => chosenLength < rejectedLength);
  const accuracy = (some: readonly JudgedPair[]): number => meanOf(some.map(rightness));
  const correlation = lengthCorrelation(responses.map((response) => ({ ...response, task: 'all' })));
  return {
    prompts: { accuracy: [...byPrompt(pairs).values()].map(accuracy) },
    metrics: {
      pairs: pairs.length,
      longerWins: longer.length / unlike.length,
      modelLonger: meanOf([...longer.map(rightness), ...shorter.map((pair) => 1 - rightness(pair))]),
      longerAccuracy: accuracy(longer),
      shorterAccuracy: accuracy(shorter),
      lengthCorrelation: correlation.raw,
      withinLengthCorrelation: correlation.withinPrompt,
    },
  };
}

function rightness({ chosenScore, rejectedScore }: JudgedPair): number {
  return chosenScore === rejectedScore ? 0.5 : Number(chosenScore > rejectedScore);
}

/** NaN of nothing, which makes a cell a failed one. */
function meanOf(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : mean(values);
}

/**
 * {@link pairMeasures} with the majority as label and one number a question; besides
 *
 * - `voteAgreement`: share of single votes, ties left out, that the scores agree with,
 * - `humanAgreement`: the same of two people on one pair, which is what `voteAgreement` is to be held against,
 * - `ceiling`: how often the truth itself would agree with the majorities, estimated: what `accuracy` is to be held against.
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
