import { describe, expect, it } from 'vitest';
import { histogram } from '../../lib/evaluation/lengths';

describe('histogram', () => {
  it('counts values by bin, the last bin closed at the top', () => {
    expect(histogram([0, 1, 2.5, 4], 0, 4, 2)).toEqual({ edges: [0, 2, 4], counts: [2, 2] });
  });

  it('counts values outside in the outer bins', () => {
    expect(histogram([-5, 99], 0, 4, 2).counts).toEqual([1, 1]);
  });

  it('puts equal values into one bin', () => {
    expect(histogram([3, 3], 3, 3, 2).counts).toEqual([2, 0]);
  });
});
