/** How often scores say what people say of pairs of answers, and how far both go with length. */
import { mean } from 'simple-statistics';
import { byPrompt } from '../../evaluation/judged';
import { lengthCorrelation } from '../../reward/scorecard/length-correlation';

/** A pair with its scores and lengths in tokens. No texts: what is measured needs none. */
export interface JudgedPair {
  readonly promptId: string;
  readonly chosenScore: number;
  readonly rejectedScore: number;
  readonly chosenLength: number;
  readonly rejectedLength: number;
}

/** Score and length of one response. */
export interface ScoredLength {
  readonly promptId: string;
  readonly score: number;
  readonly length: number;
}

/** What {@link pairMeasures} says. */
export const pairMetrics = [
  ...['accuracy', 'pairs', 'longerWins', 'modelLonger', 'longerAccuracy', 'shorterAccuracy'],
  ...['lengthCorrelation', 'withinLengthCorrelation'],
];

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

/** 1 where scores prefer the chosen answer, ½ where they are equal. */
export function rightness({ chosenScore, rejectedScore }: JudgedPair): number {
  return chosenScore === rejectedScore ? 0.5 : Number(chosenScore > rejectedScore);
}

/** NaN of nothing, which makes a condition a failed one. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : mean(values);
}
