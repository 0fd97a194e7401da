import { describe, expect, it } from 'vitest';
import { decimal, durationText, intervalText, percent, points, signed } from '../lib/number-text';

describe('numbers', () => {
  it('have a true minus, and no sign where they round to nothing', () => {
    expect([decimal(-1.25, 1), decimal(-0.01, 1), decimal(2, 1)]).toEqual(['−1.3', '0.0', '2.0']);
    expect([signed(-0.5, 1), signed(0.5, 1), signed(0.01, 1), signed(-0.01, 1)]).toEqual([
      '−0.5',
      '+0.5',
      '0.0',
      '0.0',
    ]);
  });

  it('that are not finite stay what they are', () => {
    expect([decimal(NaN, 2), decimal(-Infinity, 2)]).toEqual(['NaN', '−Infinity']);
  });

  it('are shares and their differences', () => {
    expect([percent(0.7125), percent(-0.02), points(0.123), points(-0.0001)]).toEqual([
      '71.3%',
      '−2.0%',
      '+12.3',
      '0.0',
    ]);
  });

  it('stand with their intervals', () => {
    expect(intervalText([-1, 1], (value) => signed(value, 0))).toBe('[−1, +1]');
  });
});

describe('durationText', () => {
  it('has two units at most, and never sixty of the smaller one', () => {
    expect([0.4, 8, 59.4, 59.6, 100, 239.7].map(durationText)).toEqual(['0 s', '8 s', '59 s', '1 min', '1 min 40 s', '4 min']); // prettier-ignore
    expect([3599.8, 3900, 7199, -3].map(durationText)).toEqual(['1 h', '1 h 5 min', '2 h', '0 s']);
  });
});
