/** How often a perfect judge would agree with noisy labels: the most that accuracy on them can mean. */
import { incbet } from 'cephes';
import { mean } from 'simple-statistics';
import { votePairAgreement } from './agreement';
import { countChoices, type Preference } from './labels';
import type { Item } from './votes';

export interface NoiseCeiling {
  /** Expected agreement of a perfect judge with one vote that is not a tie. In [½, 1]. */
  readonly vote: number;
  /** What `vote` must lie in, whatever the distribution of q: [A, ½ + ½·√(2A − 1)]; the upper end if all items are equally hard. */
  readonly voteBounds: readonly [number, number];
  /** Expected agreement of a perfect judge with the labels of the given preferences: what an accuracy is to be held against. */
  readonly label: number;
  /** What it was estimated from: pairs of votes without a tie, and the share of them that agree. */
  readonly votePairs: number;
  readonly pairAgreement: number;
}

/** Less agreement than this above one half is chance. It means s > 125,000, and `incbet` loses its digits beyond 500,000. */
const leastAgreement = 1e-6;

/**
 * Estimate. Each pair of answers has a rate q at which voters who see a difference prefer the first; a perfect judge takes the
 * answer that the majority of endlessly many such voters would prefer (a bias that all share is part of its verdict). Over
 * items q ~ Beta(s, s), so that two votes on an item agree with probability A = E[q² + (1−q)²] = (s + 1) / (2s + 1); the
 * observed agreement of vote pairs gives s = (1 − A) / (2A − 1). After w wins and l losses q ~ Beta(s + w, s + l), and the
 * label is right with probability P(q > ½). `vote` is that at w = 1, l = 0; `label` is its mean over the preferences.
 * Hard items (q near ½) and easy ones are thereby told apart, which one error rate for all votes would not do; where
 * all items are equally hard, the estimate is too low (by 0.07 for labels of three votes that err at a rate of 0.15).
 *
 * @returns null when no item has two votes without a tie, or when they agree no more than chance would.
 */
export function estimateNoiseCeiling(
  items: readonly Item[],
  preferences: readonly Preference[],
): NoiseCeiling | null {
  const { strictVotePairs: votePairs, strictAgreement: pairAgreement } = votePairAgreement(items);
  if (pairAgreement === null || pairAgreement - 0.5 < leastAgreement || preferences.length === 0) return null;
  const known = new Map<string, number>();
  const shape = (1 - pairAgreement) / (2 * pairAgreement - 1);
  const right = (wins: number, losses: number): number => {
    const key = `${wins}:${losses}`;
    // P(q > ½) = P(1 − q < ½), and 1 − q ~ Beta(s + l, s + w).
    const value = known.get(key) ?? (shape === 0 ? 1 : incbet(shape + losses, shape + wins, 0.5));
    known.set(key, value);
    return value;
  };
  const rights = preferences.map(({ item, chosen }) => {
    const { first, second } = countChoices(item.votes);
    return chosen === 'first' ? right(first, second) : right(second, first);
  });
  return {
    vote: right(1, 0),
    voteBounds: [pairAgreement, (1 + Math.sqrt(2 * pairAgreement - 1)) / 2],
    label: mean(rights),
    votePairs,
    pairAgreement,
  };
}
