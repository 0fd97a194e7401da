/** Accuracy of a reward model: how often it prefers what was preferred, overall and where. */
import { extent } from 'simple-statistics';
import { groupBy } from '../../group-by';
import { bucketOf, quantileEdges } from '../buckets';

/** Scores of the two sides of a pair. */
export interface PairScores {
  readonly chosenScore: number;
  readonly rejectedScore: number;
}

export interface Accuracy {
  readonly n: number;
  readonly accuracy: number;
}

export interface AccuracyBin extends Accuracy {
  /** Smallest and largest value in the bin. */
  readonly min: number;
  readonly max: number;
}

/** Share of pairs with chosenScore > rejectedScore; equal scores count as wrong, as in TRL. NaN without pairs. */
export function pairAccuracy(pairs: readonly PairScores[]): Accuracy {
  return { n: pairs.length, accuracy: pairs.filter(isRight).length / pairs.length };
}

/** Accuracy in quantile bins of a value, e.g. of |r_w − r_l| or of the difference in length. */
export function accuracyByBins<T extends PairScores>(
  pairs: readonly T[],
  value: (pair: T) => number,
  bins: number,
): AccuracyBin[] {
  const edges = quantileEdges(pairs.map(value), bins);
  return [...groupBy(pairs, (pair) => bucketOf(value(pair), edges))]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => {
      const [min, max] = extent(group.map(value));
      return { min, max, ...pairAccuracy(group) };
    });
}

/** Accuracy by name, e.g. of the task. */
export function accuracyByName<T extends PairScores>(
  pairs: readonly T[],
  name: (pair: T) => string,
): Record<string, Accuracy> {
  return Object.fromEntries([...groupBy(pairs, name)].map(([key, group]) => [key, pairAccuracy(group)]));
}

/** A response with its gold. */
export interface GoldScored {
  readonly score: number;
  readonly gold: number;
  readonly promptId: string;
}

/**
 * Agreement with gold: among all pairs of responses to one prompt whose gold differs, the share in which the better
 * one scores higher; equal scores count as wrong. NaN when there is no such pair.
 */
export function goldAccuracy(responses: readonly GoldScored[]): Accuracy {
  const pairs: PairScores[] = [];
  for (const group of groupBy(responses, (row) => row.promptId).values()) {
    group.forEach((a, i) => {
      for (const b of group.slice(i + 1)) {
        if (a.gold === b.gold) continue;
        const [better, worse] = a.gold > b.gold ? [a, b] : [b, a];
        pairs.push({ chosenScore: better.score, rejectedScore: worse.score });
      }
    });
  }
  return pairAccuracy(pairs);
}

function isRight({ chosenScore, rejectedScore }: PairScores): boolean {
  return chosenScore > rejectedScore;
}
