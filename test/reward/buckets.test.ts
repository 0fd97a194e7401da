import { describe, expect, it } from 'vitest';
import { bucketOf, quantileEdges } from '../../lib/reward/buckets';

describe('quantileEdges', () => {
  it('parts distinct values into buckets of equal size', () => {
    const values = [7, 3, 1, 8, 2, 6, 5, 4];
    const edges = quantileEdges(values, 4);
    expect(edges).toEqual([3, 5, 7]);
    const sizes = [0, 1, 2, 3].map((b) => values.filter((value) => bucketOf(value, edges) === b).length);
    expect(sizes).toEqual([2, 2, 2, 2]);
  });

  it('never parts equal values, and makes no empty bucket', () => {
    const values = [1, 1, 1, 1, 1, 1, 2, 9];
    const edges = quantileEdges(values, 4);
    expect(edges).toEqual([2]);
    expect(quantileEdges([5, 5, 5], 3)).toEqual([]);
    expect(quantileEdges([], 3)).toEqual([]);
  });
});

describe('bucketOf', () => {
  it('puts a value on an edge into the upper bucket', () => {
    expect([0, 2.9, 3, 4.9, 5, 99].map((value) => bucketOf(value, [3, 5]))).toEqual([0, 0, 1, 1, 2, 2]);
  });
});
