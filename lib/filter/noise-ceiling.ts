/** How often a model that knew the truth would agree with noisy labels: the most that accuracy on them can mean. */
import { gammaln } from 'simple-statistics';
import { votePairAgreement } from './agreement';
import { countChoices, type Preference } from './labels';
import type { Item } from './votes';

export interface NoiseCeiling {
  /** Expected agreement of the truth with one vote that is not a tie. In [½, 1]. */
  readonly vote: number;
  /** What `vote` must lie in, whatever the distribution of q: [A, ½ + ½·√(2A − 1)]; the upper end if all items are equally hard. */
  readonly voteBounds: readonly [number, number];
  /** Expected agreement of the truth with the labels of the given preferences: what an accuracy is to be held against. */
  readonly label: number;
  /** What it was estimated from: pairs of votes without a tie, and the share of them that agree. */
  readonly votePairs: number;
  readonly pairAgreement: number;
}

/**
 * Estimate. Each pair of answers has a rate q at which voters who see a difference prefer the first; the truth is the
 * answer that the majority of endlessly many such voters would prefer (a bias that all share is part of this truth). Over
 * items q ~ Beta(s, s), so that two votes on an item agree with probability A = E[q² + (1−q)²] = (s + 1) / (2s + 1); the
 * observed agreement of vote pairs gives s = (1 − A) / (2A − 1). After w wins and l losses q ~ Beta(s + w, s + l), and the
 * label is right with probability P(q > ½). `vote` is that at w = 1, l = 0; `label` is its mean over the preferences.
 * Hard items (q near ½) and easy ones are thereby told apart, which one error rate for all votes would not do; where
 * items are in truth equally hard, the estimate is too low (by 0.07 for labels of three votes that err at a rate of 0.15).
 *
 * @returns null when no item has two votes without a tie, or when they agree no more than chance would.
 */
export function estimateNoiseCeiling(
  items: readonly Item[],
  preferences: readonly Preference[],
): NoiseCeiling | null {
  const { strictVotePairs: votePairs, strictAgreement: pairAgreement } = votePairAgreement(items);
  if (pairAgreement === null || pairAgreement <= 0.5 || preferences.length === 0) return null;
  const known = new Map<string, number>();
  const shape = (1 - pairAgreement) / (2 * pairAgreement - 1);
  const right = (wins: number, losses: number): number => {
    const key = `${wins}:${losses}`;
    const value =
      known.get(key) ?? (shape === 0 ? 1 : 1 - betaCumulativeAtHalf(shape + wins, shape + losses));
    known.set(key, value);
    return value;
  };
  const total = preferences.reduce((sum, { item, chosen }) => {
    const { first, second } = countChoices(item.votes);
    return sum + (chosen === 'first' ? right(first, second) : right(second, first));
  }, 0);
  return {
    vote: right(1, 0),
    voteBounds: [pairAgreement, (1 + Math.sqrt(2 * pairAgreement - 1)) / 2],
    label: total / preferences.length,
    votePairs,
    pairAgreement,
  };
}

/**
 * I_½(a, b), the chance that a Beta(a, b) variable is below ½, by Lentz's continued fraction (Abramowitz & Stegun 26.5.8).
 *
 * @param a above 0
 * @param b above 0
 */
export function betaCumulativeAtHalf(a: number, b: number): number {
  // The fraction converges fast only while ½ is below the mean; the other side is its mirror image.
  if (a < b) return 1 - betaCumulativeAtHalf(b, a);
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) - (a + b) * Math.LN2) / a;
  let c = 1;
  let d = 1 / (1 - ((a + b) * 0.5) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * 0.5) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * 0.5) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return front * fraction;
}
