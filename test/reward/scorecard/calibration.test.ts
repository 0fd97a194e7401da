import { describe, expect, it } from 'vitest';
import { createRng } from '../../../lib/random';
import { calibration } from '../../../lib/reward/scorecard/calibration';

describe('calibration', () => {
  it('equals numbers worked by hand, each pair entered in both orders', () => {
    // p = 0.75 three times right, once wrong (then p = 0.25): perfectly calibrated in bins of a quarter.
    const gap = Math.log(3);
    const right = { chosenScore: gap, rejectedScore: 0 };
    const wrong = { chosenScore: 0, rejectedScore: gap };
    const result = calibration([right, right, right, wrong], 10);
    expect(result.ece).toBeCloseTo(0, 12);
    expect(result.bins.map((bin) => bin.n)).toEqual([4, 4]);
    expect(result.bins[1]?.from).toBeCloseTo(0.7, 12);
    expect(result.bins[1]?.confidence).toBeCloseTo(0.75, 12);
    expect(result.bins[1]?.frequency).toBeCloseTo(0.75, 12);
    // All right: predicted 0.75, observed 1.
    expect(calibration([right, right]).ece).toBeCloseTo(0.25, 12);
  });

  it('is calibrated for a model that prefers nothing', () => {
    expect(calibration([{ chosenScore: 2, rejectedScore: 2 }]).ece).toBeCloseTo(0, 12);
  });

  it('equals the error of max(p, 1 − p) against being right, and mirrors itself', () => {
    const rng = createRng(5);
    const pairs = Array.from({ length: 500 }, () => ({ chosenScore: 2 * rng.normal(), rejectedScore: 0 }));
    const cells = Array.from({ length: 5 }, () => [0, 0] as [number, number]);
    for (const { chosenScore } of pairs) {
      const confidence = 1 / (1 + Math.exp(-Math.abs(chosenScore)));
      const cell = cells[Math.min(4, Math.floor((confidence - 0.5) * 10))] as [number, number];
      cell[0] += confidence;
      cell[1] += chosenScore > 0 ? 1 : 0;
    }
    const expected = cells.reduce((sum, [a, b]) => sum + Math.abs(a - b), 0) / pairs.length;
    const { ece, bins } = calibration(pairs, 10);
    expect(ece).toBeCloseTo(expected, 10);
    bins.forEach((bin, i) => {
      const mirror = bins[bins.length - 1 - i];
      expect(bin.confidence + (mirror?.confidence as number)).toBeCloseTo(1, 10);
      expect(bin.frequency + (mirror?.frequency as number)).toBeCloseTo(1, 10);
    });
  });

  it('nears 0 when outcomes are drawn from the predicted probabilities', () => {
    const rng = createRng(6);
    const pairs = Array.from({ length: 20_000 }, () => {
      const gap = 2 * rng.normal();
      return rng.chance(1 / (1 + Math.exp(-gap)))
        ? { chosenScore: gap, rejectedScore: 0 }
        : { chosenScore: 0, rejectedScore: gap };
    });
    expect(calibration(pairs).ece).toBeLessThan(0.015);
  });
});
