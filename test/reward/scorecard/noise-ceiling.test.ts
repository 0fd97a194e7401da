import { describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import { wilsonInterval } from '../../../lib/intervals';
import { compareWithCeiling } from '../../../lib/reward/scorecard/noise-ceiling';

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
