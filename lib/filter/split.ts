/** What every verb of the filter returns. */

export interface Split<T> {
  readonly kept: readonly T[];
  readonly removed: readonly T[];
}

/** Keeps what passes, in order. */
export function split<T>(rows: readonly T[], passes: (row: T, index: number) => boolean): Split<T> {
  const kept: T[] = [];
  const removed: T[] = [];
  rows.forEach((row, index) => (passes(row, index) ? kept : removed).push(row));
  return { kept, removed };
}
