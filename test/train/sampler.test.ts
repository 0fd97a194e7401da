import { describe, expect, it } from 'vitest';
import { createRng } from '../../lib/random';
import { chunk, stepRows, stepRowsByLength } from '../../lib/train/sampler';

describe('stepRows', () => {
  const rng = createRng(7);

  it('visits every row once an epoch, in another order each time', () => {
    const epochs = [0, 1].map((epoch) =>
      [1, 2, 3, 4].flatMap((step) => stepRows(epoch * 4 + step, 3, 12, rng)),
    );
    for (const rows of epochs)
      expect(rows.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it('knows a step from its number alone, across the border of epochs', () => {
    const all = Array.from({ length: 6 }, (_, i) => stepRows(i + 1, 4, 6, rng)).flat();
    expect(stepRows(2, 4, 6, rng)).toEqual(all.slice(4, 8));
    expect(new Set(all.slice(0, 6)).size).toBe(6);
    expect(stepRows(1, 5, 2, rng)).toHaveLength(5);
  });
});

describe('stepRowsByLength', () => {
  const rng = createRng(8);
  const lengths = Array.from({ length: 64 }, (_, row) => (row * 37) % 64);

  it('visits every row once an epoch and puts rows of like length together', () => {
    const batches = Array.from({ length: 16 }, (_, i) => stepRowsByLength(i + 1, 4, lengths, rng));
    expect(batches.flat().toSorted((a, b) => a - b)).toEqual(lengths.map((_, row) => row));
    for (const batch of batches) {
      const own = batch.map((row) => lengths[row] as number);
      expect(Math.max(...own) - Math.min(...own)).toBe(3);
    }
    expect(batches.map((batch) => lengths[batch[0] as number])).not.toEqual(
      lengths.toSorted((a, b) => a - b).filter((_, i) => i % 4 === 0),
    );
  });
});

describe('chunk', () => {
  it('cuts a list into parts, the last one shorter', () => {
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});
