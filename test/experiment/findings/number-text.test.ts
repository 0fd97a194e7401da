import { describe, expect, it } from 'vitest';
import {
  decimal,
  decimalsFor,
  estimateText,
  intervalText,
  minutesText,
  pText,
  signed,
} from '../../../lib/experiment/findings/number-text';

describe('decimalsFor', () => {
  it.each([
    [[0.742, -0.3], 3],
    [[0.998, 1.002], 3],
    [[1.5, 4], 2],
    [[25.7], 1],
    [[1234], 0],
    [[0.004], 4],
    [[NaN], 4],
    [[], 4],
  ])('of %j is %d', (values, decimals) => {
    expect(decimalsFor(values)).toBe(decimals);
  });
});

describe('numbers', () => {
  it('have a true minus, and none where they round to nothing', () => {
    expect([decimal(-1.25, 1), decimal(-0.01, 1), decimal(2, 1)]).toEqual(['−1.3', '0.0', '2.0']);
    expect([signed(-0.5, 1), signed(0.5, 1), signed(0.01, 1), signed(-0.01, 1)]).toEqual([
      '−0.5',
      '+0.5',
      '0.0',
      '0.0',
    ]);
  });

  it('stand with their intervals', () => {
    expect(intervalText([-1, 1], (value) => signed(value, 0))).toBe('[−1, +1]');
    expect(estimateText({ mean: 1, ci: [0, 2] }, (value) => decimal(value, 1))).toBe('1.0 [0.0, 2.0]');
    expect(estimateText({ mean: 1, ci: null }, (value) => decimal(value, 1))).toBe('1.0');
  });

  it('are p-values and minutes', () => {
    expect([pText(0.0123), pText(0.0004), pText(null)]).toEqual(['0.012', '< 0.001', '–']);
    expect([minutesText(90), minutesText(3600)]).toEqual(['1.5', '60']);
  });
});
