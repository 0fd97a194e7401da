import { describe, expect, it } from 'vitest';
import { decimalsFor, estimateText, minutesText, pText } from '../../../lib/experiment/findings/result-text';
import { decimal } from '../../../lib/number-text';

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

describe('results', () => {
  it('stand with their intervals', () => {
    expect(estimateText({ mean: 1, ci: [0, 2] }, (value) => decimal(value, 1))).toBe('1.0 [0.0, 2.0]');
    expect(estimateText({ mean: 1, ci: null }, (value) => decimal(value, 1))).toBe('1.0');
  });

  it('are p-values and minutes', () => {
    expect([pText(0.0123), pText(0.0004), pText(null)]).toEqual(['0.012', '< 0.001', '–']);
    expect([minutesText(90), minutesText(3600)]).toEqual(['1.5', '60']);
  });
});
