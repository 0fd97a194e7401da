/** Which rows a step sees: every epoch a new random order, known from the step's number alone. */
import type { Rng } from '../random';

/**
 * Row numbers of step `step` (from 1): the rows of all epochs laid end to end, cut into batches.
 *
 * @param rows how many rows there are; a batch may be larger.
 */
export function stepRows(step: number, batchSize: number, rows: number, rng: Rng): number[] {
  const chosen: number[] = [];
  let epoch = -1;
  let order: number[] = [];
  for (let position = (step - 1) * batchSize; position < step * batchSize; position++) {
    const wanted = Math.floor(position / rows);
    if (wanted !== epoch) {
      epoch = wanted;
      order = rng.fork(`epoch-${epoch}`).shuffle(Array.from({ length: rows }, (_, row) => row));
    }
    chosen.push(order[position % rows] as number);
  }
  return chosen;
}

/** Steps whose rows are sorted by length together. */
const windowSteps = 16;

/**
 * As {@link stepRows}, with rows of like length in one batch, so that little of it is padding: the rows of sixteen steps
 * are sorted by length, cut into batches, and the batches put in random order.
 *
 * @param lengths length of every row, tokens.
 */
export function stepRowsByLength(
  step: number,
  batchSize: number,
  lengths: readonly number[],
  rng: Rng,
): number[] {
  const window = Math.floor((step - 1) / windowSteps);
  const rows = Array.from({ length: windowSteps }, (_, i) =>
    stepRows(window * windowSteps + i + 1, batchSize, lengths.length, rng),
  ).flat();
  const batches = chunk(
    rows.sort((a, b) => (lengths[a] as number) - (lengths[b] as number) || a - b),
    batchSize,
  );
  return rng.fork(`window-${window}`).shuffle(batches)[(step - 1) % windowSteps] as number[];
}

/**
 * As {@link stepRows}, with the rows of a group side by side: an epoch is the groups in random order, laid end to end and
 * cut into batches.
 *
 * @param groups row numbers, each row in one group.
 */
export function stepRowsByGroup(
  step: number,
  batchSize: number,
  groups: readonly (readonly number[])[],
  rng: Rng,
): number[] {
  const rows = groups.reduce((sum, group) => sum + group.length, 0);
  const orders = new Map<number, number[]>();
  return Array.from({ length: batchSize }, (_, i) => {
    const position = (step - 1) * batchSize + i;
    const epoch = Math.floor(position / rows);
    const order = orders.get(epoch) ?? rng.fork(`epoch-${epoch}`).shuffle(groups).flat();
    orders.set(epoch, order);
    return order[position % rows] as number;
  });
}

/** Cuts a list into parts of `size`; the last may be shorter. */
export function chunk<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += size) parts.push(items.slice(i, i + size));
  return parts;
}
