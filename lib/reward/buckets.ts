/** Ranges of a number: where quantile buckets begin and which one a value is in. */

/**
 * Inner edges that part values into about `count` buckets of equal size: the value that follows the quantile at i/count,
 * without repetition. A value belongs to the bucket whose lower edge it reaches, so equal values are never parted and no
 * bucket is empty; with many equal values there are fewer buckets.
 *
 * @returns ascending; k edges make k + 1 buckets.
 */
export function quantileEdges(values: readonly number[], count: number): number[] {
  const sorted = Float64Array.from(values).sort();
  const edges = new Set<number>();
  for (let i = 1; i < count; i++) {
    const last = sorted[Math.ceil((i * sorted.length) / count) - 1];
    const edge = last === undefined ? undefined : sorted.find((value) => value > last);
    if (edge !== undefined) edges.add(edge);
  }
  return [...edges];
}

/** Number of edges at or below the value: 0 for the first bucket. */
export function bucketOf(value: number, edges: readonly number[]): number {
  let bucket = 0;
  while (bucket < edges.length && value >= (edges[bucket] as number)) bucket++;
  return bucket;
}
