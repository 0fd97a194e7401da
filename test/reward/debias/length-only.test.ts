import { describe, expect, it } from 'vitest';
import { lengthOnlyAccuracy } from '../../../lib/reward/debias/length-only';

describe('lengthOnlyAccuracy', () => {
  it('counts the longer answer as right, the shorter as wrong and a tie as a half', () => {
    const pairs = [
      { chosenLength: 9, rejectedLength: 2 },
      { chosenLength: 3, rejectedLength: 4 },
      { chosenLength: 5, rejectedLength: 5 },
      { chosenLength: 8, rejectedLength: 1 },
    ];
    expect(lengthOnlyAccuracy(pairs)).toBe(2.5 / 4);
  });

  it('weighs pairs', () => {
    const pairs = [
      { chosenLength: 2, rejectedLength: 1, weight: 0.5 },
      { chosenLength: 1, rejectedLength: 2, weight: 1.5 },
    ];
    expect(lengthOnlyAccuracy(pairs)).toBe(0.25);
  });

  it('is not a number without pairs', () => {
    expect(lengthOnlyAccuracy([])).toBeNaN();
  });
});
