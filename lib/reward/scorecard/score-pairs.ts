/** Labelled pairs through a scorer: what the scorecard is made of. */
import { promptRecordOf } from '../../scorer';
import { sidePrompts } from '../../sides';
import type { PreferencePair, Scorer, ScorerInput, Scores } from '../../types';
import type { ScoredPair } from './scorecard';

/**
 * Scores both sides of every pair, in one call, so that the scorer may batch them as it likes.
 *
 * @param lengthOf tokens of a response.
 *
 * @example
 * ```ts
 * import { readPairs, ruleScorer, scorePairs } from 'rlhf-kit';
 *
 * const words = (text: string) => text.split(/\s+/).length;
 * const brevity = ruleScorer(({ response }) => -words(response));
 * const scored = await scorePairs(brevity, await readPairs('runs/start/filter/pairs.jsonl'), words);
 * console.log(scored.filter(({ chosenScore, rejectedScore }) => chosenScore > rejectedScore).length);
 * ```
 */
export async function scorePairs(
  scorer: Scorer,
  pairs: readonly PreferencePair[],
  lengthOf: (response: string) => number,
): Promise<ScoredPair[]> {
  return scoredPairs(pairs, await scorer(pairInputs(pairs)), lengthOf);
}

/** What a scorer reads of pairs: all chosen responses, then all rejected ones. */
export function pairInputs(pairs: readonly PreferencePair[]): ScorerInput[] {
  return (['chosen', 'rejected'] as const).flatMap((side) =>
    pairs.map((pair) => ({
      ...promptRecordOf(pair),
      prompt: sidePrompts(pair)[side],
      response: pair[side],
    })),
  );
}

/** Pairs with the scores of {@link pairInputs}. */
export function scoredPairs(
  pairs: readonly PreferencePair[],
  scores: Scores,
  lengthOf: (response: string) => number,
): ScoredPair[] {
  return pairs.map(({ chosen, rejected, task = 'other', margin }, i) => ({
    task,
    chosenScore: scores[i] as number,
    rejectedScore: scores[pairs.length + i] as number,
    chosenLength: lengthOf(chosen),
    rejectedLength: lengthOf(rejected),
    ...(margin !== undefined && { labelMargin: margin }),
  }));
}
