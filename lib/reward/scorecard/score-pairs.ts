/** Labelled pairs through a scorer: what the scorecard is made of. */
import type { PreferencePair, Scorer } from '../../types';
import type { ScoredPair } from './scorecard';

/**
 * Scores both sides of every pair, in one call, so that the scorer may batch them as it likes.
 *
 * @param lengthOf tokens of a response.
 */
export async function scorePairs(
  scorer: Scorer,
  pairs: readonly PreferencePair[],
  lengthOf: (response: string) => number,
): Promise<ScoredPair[]> {
  const scores = await scorer([
    ...pairs.map(({ prompt, chosen }) => ({ prompt, response: chosen })),
    ...pairs.map(({ prompt, rejected }) => ({ prompt, response: rejected })),
  ]);
  return pairs.map(({ chosen, rejected, task = 'other', margin }, i) => ({
    task,
    chosenScore: scores[i] as number,
    rejectedScore: scores[pairs.length + i] as number,
    chosenLength: lengthOf(chosen),
    rejectedLength: lengthOf(rejected),
    ...(margin !== undefined && { labelMargin: margin }),
  }));
}
