import { describe, expect, it } from 'vitest';
import { goldAt, overOptimisation } from '../../../../lib/experiment/dialogues/measures/over-optimisation';
import type { CurvePoint } from '../../../../lib/experiment/results';

/** √KL 1, 2, 4, 3, 5: gold up, then down. */
const course: CurvePoint[] = [
  [1, 0.6],
  [4, 0.7],
  [16, 0.5],
  [9, 0.55],
  [25, 0.2],
].map(([kl, gold], i) => ({ step: 10 * i, kl: kl as number, proxy: i, gold: gold as number }));

describe('overOptimisation', () => {
  it('finds where gold was highest, and what it was at nine nats', () => {
    expect(overOptimisation(course)).toEqual({
      peakGold: 0.7,
      peakKl: 4,
      goldAt9Nats: expect.closeTo(0.6, 12) as number,
    });
  });

  it('leaves out nine nats where the course ends before', () => {
    expect(overOptimisation(course.slice(0, 2))).toEqual({ peakGold: 0.7, peakKl: 4 });
  });

  it('says nothing of no course', () => {
    expect(overOptimisation([])).toEqual({});
  });
});

describe('goldAt', () => {
  it('is linear in √KL, at the first passage', () => {
    // A quarter of the way from √KL 1 to 2.
    expect(goldAt(course, 1.25 ** 2)).toBeCloseTo(0.625, 12);
    expect(goldAt(course, 4.5 ** 2)).toBeCloseTo(0.55 + (0.75 * (0.2 - 0.55)) / 1, 12);
  });

  it('gives a point its own value', () => {
    expect(goldAt(course, 4)).toBeCloseTo(0.7, 12);
  });

  it('is undefined beyond the course and before it', () => {
    expect(goldAt(course, 26)).toBeUndefined();
    expect(goldAt(course, 0.5)).toBeUndefined();
  });
});
