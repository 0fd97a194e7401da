/** The classifier that looks at length alone: how much of the labels a reward model could learn by counting tokens. */

/** A pair as this classifier sees it. */
export interface PairLengths {
  /** Tokens. */
  readonly chosenLength: number;
  /** Tokens. */
  readonly rejectedLength: number;
  /** 1 when absent. */
  readonly weight?: number | undefined;
}

/**
 * Accuracy of "the longer answer wins": Σ w·hit / Σ w, with hit = 1 when the chosen answer is longer, 0.5 when both are as
 * long, else 0. 0.5 means that length says nothing.
 *
 * @returns NaN without pairs, or when all weights are 0.
 */
export function lengthOnlyAccuracy(pairs: Iterable<PairLengths>): number {
  let hits = 0;
  let total = 0;
  for (const { chosenLength, rejectedLength, weight = 1 } of pairs) {
    hits += weight * (chosenLength > rejectedLength ? 1 : chosenLength === rejectedLength ? 0.5 : 0);
    total += weight;
  }
  return hits / total;
}
