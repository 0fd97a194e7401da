import { describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import { compareWithCeiling, wilsonInterval } from '../../../lib/reward/scorecard/noise-ceiling';

describe('compareWithCeiling', () => {
  it('tells how much of what can be learnt is', () => {
    const { attained, agreement, agreementCi } = compareWithCeiling({ n: 400, accuracy: 0.65 }, 0.75);
    expect(attained).toBeCloseTo(0.6, 12);
    expect(agreement).toBe(0.65);
    expect(agreementCi).toEqual(wilsonInterval(0.65, 400));
  });

  it('refuses a ceiling that is no better than chance', () => {
    expect(() => compareWithCeiling({ n: 1, accuracy: 1 }, 0.5)).toThrow(InputError);
    expect(() => compareWithCeiling({ n: 1, accuracy: 1 }, NaN)).toThrow(/> 0.5 and ≤ 1/);
  });
});

describe('wilsonInterval', () => {
  it('solves |p − share| = z·√(p(1 − p)/n), and stays within [0, 1]', () => {
    for (const [share, n] of [
      [0.65, 400],
      [1, 10],
      [0, 10],
    ] as const) {
      for (const bound of wilsonInterval(share, n)) {
        expect(Math.abs(bound - share)).toBeCloseTo(1.959964 * Math.sqrt((bound * (1 - bound)) / n), 6);
        expect(bound).toBeGreaterThanOrEqual(-1e-9);
        expect(bound).toBeLessThanOrEqual(1 + 1e-9);
      }
    }
  });
});
