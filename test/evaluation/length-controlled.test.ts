import { describe, expect, it } from 'vitest';
import { fitLogistic, lengthControlledWinRate } from '../../lib/evaluation/length-controlled';
import type { Match } from '../../lib/evaluation/win-rate';
import { createRng } from '../../lib/random';

const bootstrap = () => ({ rng: createRng(1), resamples: 100 });
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

function simulate(n: number, intercept: number, slope: number, meanDifference: number): Match[] {
  const rng = createRng('matches');
  return Array.from({ length: n }, (_, i) => {
    const lengthDifference = meanDifference + 10 * rng.normal();
    const label = rng.chance(sigmoid(intercept + slope * Math.tanh(lengthDifference / 10))) ? 1 : 0;
    return { promptId: `p${i}`, label, lengthDifference, weight: 1 };
  });
}

function fit(rows: readonly { x: number; label: number; weight: number }[], start?: [number, number]) {
  return fitLogistic(
    Float64Array.from(rows, ({ x }) => x),
    Float64Array.from(rows, ({ label }) => label),
    Float64Array.from(rows, ({ weight }) => weight),
    start,
  );
}

describe('fitLogistic', () => {
  it('finds the log-odds of two groups, which two parameters fit exactly', () => {
    // 3 of 4 at x = 0, 1 of 4 at x = 1: a = log 3, a + b = −log 3.
    const rows = [0, 1].flatMap((x) =>
      [0, 1, 2, 3].map((k) => ({ x, label: (x === 0 ? k < 3 : k < 1) ? 1 : 0, weight: 1 })),
    );
    const [a, b] = fit(rows);
    expect(a).toBeCloseTo(Math.log(3), 2);
    expect(b).toBeCloseTo(-2 * Math.log(3), 1);
  });

  it('ends at the same fit wherever it starts', () => {
    const rows = [-1, -0.4, 0.1, 0.6, 1].map((x, i) => ({ x, label: i % 2, weight: 1 + i }));
    const [a, b] = fit(rows);
    for (const start of [
      [5, -5],
      [-8, 3],
    ] as [number, number][]) {
      expect(fit(rows, start)[0]).toBeCloseTo(a, 8);
      expect(fit(rows, start)[1]).toBeCloseTo(b, 8);
    }
  });

  it('stays finite when every label is 1', () => {
    const [a, b] = fit([-1, 0, 1].map((x) => ({ x, label: 1, weight: 1 })));
    expect(Number.isFinite(a) && Number.isFinite(b)).toBe(true);
    expect(a).toBeGreaterThan(4);
  });

  it('stays finite when x separates the labels', () => {
    const [a, b] = fit([-1, -0.5, 0.5, 1].map((x) => ({ x, label: x > 0 ? 1 : 0, weight: 1 })));
    expect(Math.abs(a)).toBeLessThan(1e-6);
    expect(b).toBeGreaterThan(5);
    expect(Number.isFinite(b)).toBe(true);
  });

  it('counts a row of weight 2 as two rows', () => {
    const row = { x: 0.3, label: 1, weight: 1 };
    const other = { x: -0.2, label: 0, weight: 1 };
    const doubled = fit([{ ...row, weight: 2 }, other]);
    const repeated = fit([row, row, other]);
    expect(doubled[0]).toBeCloseTo(repeated[0], 8);
    expect(doubled[1]).toBeCloseTo(repeated[1], 8);
  });
});

describe('lengthControlledWinRate', () => {
  it('recovers a planted advantage from under a planted length effect', () => {
    const played = simulate(4000, 0.4, 1.5, 8);
    const raw = played.reduce((sum, { label }) => sum + label, 0) / played.length;
    const result = lengthControlledWinRate(played, bootstrap());
    expect(raw).toBeGreaterThan(0.7);
    expect(result.lengthControlledWinRate).toBeCloseTo(sigmoid(0.4), 1);
    expect(result.lengthEffect).toBeGreaterThan(1.2);
    expect(result.lengthEffect).toBeLessThan(1.8);
    expect(result.lengthControlledWinRateCi[0]).toBeLessThan(sigmoid(0.4));
    expect(result.lengthControlledWinRateCi[1]).toBeGreaterThan(sigmoid(0.4));
  });

  it('is one half for a policy that wins by length alone', () => {
    const result = lengthControlledWinRate(simulate(4000, 0, 2, 10), bootstrap());
    expect(Math.abs(result.lengthControlledWinRate - 0.5)).toBeLessThan(0.05);
  });

  it('is the plain win rate when all lengths are equal, ties counting half', () => {
    const played = [1, 1, 0.5, 0].map((label, i) => ({
      promptId: `p${i}`,
      label,
      lengthDifference: 0,
      weight: 1,
    }));
    expect(lengthControlledWinRate(played, bootstrap()).lengthControlledWinRate).toBeCloseTo(0.625, 3);
  });

  it('is one half for a single tie', () => {
    const one = [{ promptId: 'p', label: 0.5, lengthDifference: 3, weight: 1 }];
    expect(lengthControlledWinRate(one, bootstrap()).lengthControlledWinRate).toBeCloseTo(0.5, 6);
  });
});
