import { describe, expect, it } from 'vitest';
import { frontierByStep, pointAt } from '../../lib/evaluation/frontier';

describe('frontierByStep', () => {
  it('averages samples over equal stretches of steps', () => {
    const samples = [
      { step: 1, kl: 1, proxy: 0, gold: 0.2 },
      { step: 2, kl: 3, proxy: 2, gold: 0.4 },
      { step: 3, kl: 9, proxy: 4, gold: 0.6 },
      { step: 4, kl: 9, proxy: 6, gold: 1 },
    ];
    const points = frontierByStep(samples, 2);
    expect(points).toHaveLength(2);
    expect(points[0]).toMatchObject({ step: 1.5, kl: 2, sqrtKl: Math.SQRT2, proxy: 1, count: 2 });
    expect(points[0]?.gold).toBeCloseTo(0.3, 12);
    expect(points[1]).toMatchObject({ step: 3.5, kl: 9, sqrtKl: 3, proxy: 5, gold: 0.8 });
  });

  it('leaves out stretches without samples and gold that nobody knows', () => {
    const points = frontierByStep(
      [
        { step: 1, kl: 0, proxy: 1 },
        { step: 100, kl: 4, proxy: 2 },
      ],
      10,
    );
    expect(points.map(({ step }) => step)).toEqual([1, 100]);
    expect(points[0]).not.toHaveProperty('gold');
  });

  it('keeps every sample, whatever the number of bins', () => {
    const samples = Array.from({ length: 37 }, (_, step) => ({ step, kl: 0, proxy: 0 }));
    for (const bins of [1, 3, 10, 37, 100]) {
      const total = frontierByStep(samples, bins).reduce((sum, { count = 0 }) => sum + count, 0);
      expect(total).toBe(37);
    }
  });

  it('gives nothing for nothing and refuses no bins', () => {
    expect(frontierByStep([], 3)).toEqual([]);
    expect(() => frontierByStep([], 0)).toThrow(/bins must be ≥ 1, got 0/);
  });
});

describe('pointAt', () => {
  it('puts a negative estimate of the divergence at the origin', () => {
    expect(pointAt(-0.1)).toEqual({ kl: -0.1, sqrtKl: 0 });
  });
});
