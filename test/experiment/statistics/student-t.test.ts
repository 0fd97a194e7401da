import { describe, expect, it } from 'vitest';
import {
  regularizedBeta,
  twoSidedQuantile,
  twoSidedTail,
} from '../../../lib/experiment/statistics/student-t';

describe('regularizedBeta', () => {
  it.each([
    // I_x(1, 1) = x; I_x(2, 1) = x²; I_x(1/2, 1/2) = (2/π) asin √x, at 1/4 a third.
    [0.3, 1, 1, 0.3],
    [0.3, 2, 1, 0.09],
    [0.25, 0.5, 0.5, 1 / 3],
    // SciPy 1.17.1, scipy.special.betainc.
    [0.3, 2, 0.5, 0.03784096948581308],
    [0.4, 10, 20, 0.7853183897628262],
  ])('is the distribution function of Beta at x = %d with a = %d, b = %d', (x, a, b, expected) => {
    expect(regularizedBeta(x, a, b)).toBeCloseTo(expected, 13);
    expect(regularizedBeta(1 - x, b, a)).toBeCloseTo(1 - expected, 13);
  });

  it('is 0 and 1 at the ends', () => {
    expect([regularizedBeta(0, 2, 3), regularizedBeta(1, 2, 3)]).toEqual([0, 1]);
  });
});

describe('twoSidedTail', () => {
  it('is 1 at 0, symmetric, and falls with t', () => {
    expect(twoSidedTail(0, 4)).toBe(1);
    expect(twoSidedTail(-2.5, 4)).toBe(twoSidedTail(2.5, 4));
    expect(twoSidedTail(3, 4)).toBeLessThan(twoSidedTail(2.5, 4));
    expect(twoSidedTail(Infinity, 4)).toBe(0);
  });

  it('is what Cauchy has with one degree of freedom: 1 − (2/π)·atan t', () => {
    for (const t of [0.1, 1, 5, 100])
      expect(twoSidedTail(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 13);
  });

  it.each([
    // SciPy 1.17.1, 2·scipy.stats.t.sf(t, df).
    [2.5, 4, 0.06676654481198814],
    [2.5, 30, 0.01811564906806669],
    [60, 4, 4.621068727635128e-7],
  ])('of t = %d with %d degrees of freedom', (t, df, expected) => {
    expect(twoSidedTail(t, df) / expected).toBeCloseTo(1, 10);
  });

  it('refuses degrees of freedom that are not positive', () => {
    expect(() => twoSidedTail(1, 0)).toThrow('twoSidedTail: df must be > 0, got 0');
  });
});

describe('twoSidedQuantile', () => {
  it.each([
    [1, 12.706204736174694],
    [2, 4.302652729749462],
    [4, 2.7764451051977934],
    [9, 2.262157162798205],
    [30, 2.0422724563012378],
  ])('of 95%% with %d degrees of freedom is that of the tables', (df, expected) => {
    expect(twoSidedQuantile(0.95, df)).toBeCloseTo(expected, 9);
  });

  it('is below 1 for a low level', () => {
    // Cauchy: half of its mass lies within ± 1, a third within tan(π/6).
    expect(twoSidedQuantile(1 / 3, 1)).toBeCloseTo(Math.tan(Math.PI / 6), 9);
  });

  it('refuses a level outside of (0, 1)', () => {
    expect(() => twoSidedQuantile(1, 4)).toThrow('twoSidedQuantile: level must be in (0, 1), got 1');
  });
});
