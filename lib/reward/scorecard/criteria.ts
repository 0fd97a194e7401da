/** Scorecards of the criteria of a reward model, each on the pairs that have a verdict on it. */
import type { PreferencePair, Scores } from '../../types';
import { verdictOn } from '../criteria';
import { rewardScorecard, type RewardScorecard, type ScoredPair } from './scorecard';

/**
 * One scorecard a criterion. A pair whose rejected side is the better one on it counts with its sides exchanged; spread and
 * length correlation are those of all responses.
 *
 * @param scored the pairs, for lengths and tasks.
 * @param parts scores by criterion: of all chosen responses, then of all rejected ones.
 */
export function criterionScorecards(
  pairs: readonly PreferencePair[],
  scored: readonly ScoredPair[],
  parts: Readonly<Record<string, Scores>>,
): Record<string, RewardScorecard> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, scores]) => {
      const own = scored.map(({ chosenLength, rejectedLength, task }, i): ScoredPair => {
        const [chosenScore, rejectedScore] = [scores[i] as number, scores[scored.length + i] as number];
        return { chosenScore, rejectedScore, chosenLength, rejectedLength, task };
      });
      const responses = own.flatMap(({ task, ...pair }, i) => {
        const { promptId } = pairs[i] as PreferencePair;
        return [
          { promptId, task, score: pair.chosenScore, length: pair.chosenLength },
          { promptId, task, score: pair.rejectedScore, length: pair.rejectedLength },
        ];
      });
      const decided = own.flatMap((pair, i) => {
        const verdict = verdictOn(pairs[i] as PreferencePair, name);
        return verdict === 'tie' ? [] : [verdict === 'chosen' ? pair : exchanged(pair)];
      });
      return [name, rewardScorecard({ pairs: decided, responses })];
    }),
  );
}

function exchanged(pair: ScoredPair): ScoredPair {
  return {
    ...pair,
    chosenScore: pair.rejectedScore,
    rejectedScore: pair.chosenScore,
    chosenLength: pair.rejectedLength,
    rejectedLength: pair.chosenLength,
  };
}
