/** Where a reward model is right: by subset, and where length cannot help it. */
import { groupBy } from '../../group-by';
import { wilsonInterval, type Interval } from '../../intervals';
import { pairAccuracy, type Accuracy } from './accuracy';
import type { ScoredPair } from './scorecard';

export interface Share extends Accuracy {
  /** 95%, Wilson's; absent without pairs. */
  readonly ci?: Interval;
}

export interface SubsetAccuracies {
  readonly all: Share;
  /** By the pairs' `task`. */
  readonly bySubset: Readonly<Record<string, Share>>;
  readonly chosenLonger: Share;
  readonly chosenShorter: Share;
  /** Mean of the two: that of a judge of length alone is one half. NaN where either is without pairs. */
  readonly lengthControlled: number;
}

/** Accuracies of scored pairs. */
export function subsetAccuracies(pairs: readonly ScoredPair[]): SubsetAccuracies {
  const longer = shareOf(pairs.filter((pair) => pair.chosenLength > pair.rejectedLength));
  const shorter = shareOf(pairs.filter((pair) => pair.chosenLength < pair.rejectedLength));
  return {
    all: shareOf(pairs),
    bySubset: Object.fromEntries(
      [...groupBy(pairs, ({ task }) => task)].map(([task, own]) => [task, shareOf(own)]),
    ),
    chosenLonger: longer,
    chosenShorter: shorter,
    lengthControlled: (longer.accuracy + shorter.accuracy) / 2,
  };
}

function shareOf(pairs: readonly ScoredPair[]): Share {
  const share = pairAccuracy(pairs);
  return { ...share, ...(share.n > 0 && { ci: wilsonInterval(share.accuracy, share.n) }) };
}
