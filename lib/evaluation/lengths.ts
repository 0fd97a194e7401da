/** Lengths of responses: DPO and PPO both lengthen answers, and judges and reward models like long ones. */

export interface Histogram {
  /** Bounds of the bins: one more than there are bins. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/**
 * Counts values in equally wide bins of [from, to]; values outside fall into the first or the last bin.
 *
 * @param bins at least 1.
 */
export function histogram(values: readonly number[], from: number, to: number, bins: number): Histogram {
  const counts = new Array<number>(bins).fill(0);
  const width = (to - from) / bins;
  for (const value of values) {
    const bin = width > 0 ? Math.floor((value - from) / width) : 0;
    const clamped = Math.min(bins - 1, Math.max(0, bin));
    counts[clamped] = (counts[clamped] as number) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => from + i * width), counts };
}
