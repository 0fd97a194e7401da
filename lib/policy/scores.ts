/** Scores of responses for the trainers that sample: with the parts that a scorer tells of, less the penalty for a missing end. */
import type { Metrics } from '../train/metrics';
import type { Scorer, ScorerInput, Scores, ScoresInParts } from '../types';

/** Scores with their parts; a scorer that has none gives the scores alone. */
export async function scoreInParts(scorer: Scorer, inputs: readonly ScorerInput[]): Promise<ScoresInParts> {
  return (await scorer.inParts?.(inputs)) ?? { scores: await scorer(inputs), parts: {} };
}

/** Scores, less `missingEosPenalty` for the responses that were cut off. */
export function penaliseMissingEnd(
  responses: readonly { readonly finished: boolean }[],
  scores: Scores,
  { missingEosPenalty }: { readonly missingEosPenalty: number },
): number[] {
  return responses.map(({ finished }, i) => (scores[i] as number) - (finished ? 0 : missingEosPenalty));
}

/** Mean and standard deviation of every part, under TRL's names for reward functions: `rewards/<part>/{mean,std}`. */
export function partMetrics({ parts }: ScoresInParts): Metrics {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, values]) => {
      const { mean, std } = moments(values);
      return [
        [`rewards/${name}/mean`, mean],
        [`rewards/${name}/std`, std],
      ];
    }),
  );
}

/** Mean and unbiased standard deviation; 0 for a single value. */
export function moments(values: ArrayLike<number>): { mean: number; std: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / Math.max(1, all.length - 1)) };
}
