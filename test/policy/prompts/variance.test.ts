import { describe, expect, it } from 'vitest';
import { selectByVariance } from '../../../lib/policy/prompts/variance';

const prompts = [
  { promptId: 'flat', task: 'list', scores: [1, 1, 1, 1] },
  { promptId: 'some', task: 'list', scores: [0, 1, 0, 1] }, // variance 1/4
  { promptId: 'much', task: 'fact', scores: [-2, 2, -2, 2] }, // variance 4
  { promptId: 'more', task: 'fact', scores: [-3, 3, -3, 3] }, // variance 9
];

describe('selectByVariance', () => {
  it('drops the given share of the prompts, those of the smallest variance', () => {
    const selection = selectByVariance(prompts, { quantile: 0.5 });
    expect(selection.kept).toEqual(['much', 'more']);
    expect(selection.dropped).toEqual(['flat', 'some']);
    expect(selection.threshold).toBe(4);
    expect(selection.byTask).toEqual({
      list: { kept: 0, dropped: 2, meanVariance: 0.125 },
      fact: { kept: 2, dropped: 0, meanVariance: 6.5 },
    });
  });

  it('takes epsilon before the quantile', () => {
    expect(selectByVariance(prompts, { quantile: 0.9, epsilon: 0.2 }).kept).toEqual(['some', 'much', 'more']);
  });

  it('drops prompts without any signal even when they are more than the share asked for, rounding or not', () => {
    const same = ['a', 'b', 'c'].map((promptId) => ({ promptId, scores: [0.1, 0.1, 0.1 + 1e-6] }));
    const { kept, threshold } = selectByVariance([...same, ...prompts], { quantile: 0.25 });
    expect(kept).toEqual(['some', 'much', 'more']);
    expect(threshold).toBeGreaterThan(0);
    expect(selectByVariance(prompts, { epsilon: 0 }).dropped).toEqual(['flat']);
  });

  it('refuses a quantile out of range and a prompt with one score', () => {
    expect(() => selectByVariance(prompts, { quantile: 1 })).toThrow('quantile must be ≥ 0 and < 1, got 1');
    expect(() => selectByVariance([{ promptId: 'one', scores: [1] }], {})).toThrow(
      "prompt 'one' needs 2 or more scores, got 1",
    );
  });
});
