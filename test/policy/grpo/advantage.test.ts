import { describe, expect, it } from 'vitest';
import { grpoAdvantages } from '../../../lib/policy/grpo/advantage';
import { groupRewards } from '../../../lib/policy/groups';

const near = (got: readonly number[], expected: readonly number[]) => {
  expect(got).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 4));
};

describe('grpoAdvantages', () => {
  const groups = groupRewards([1, 2, 3, 0, 0, 6], 3);

  it('divide by the deviation of the group, of all responses, or by nothing', () => {
    // Groups: mean 2, s 1; mean 2, s 2√3. All: mean 2, squares 2 + 24, s = √(26/5).
    const own = 1 + 1e-4;
    const other = Math.sqrt(12) + 1e-4;
    near(grpoAdvantages(groups, 'group'), [-1 / own, 0, 1 / own, -2 / other, -2 / other, 4 / other]);
    const all = Math.sqrt(26 / 5) + 1e-4;
    near(grpoAdvantages(groups, 'batch'), [-1 / all, 0, 1 / all, -2 / all, -2 / all, 4 / all]);
    near(grpoAdvantages(groups, 'none'), [-1, 0, 1, -2, -2, 4]);
  });

  it('are 0 where rewards differ by rounding alone, whatever the scale', () => {
    const still = groupRewards([0.3, 0.30001, 0.3, 1, 2, 3], 3);
    for (const scale of ['group', 'batch', 'none'] as const)
      expect(grpoAdvantages(still, scale).slice(0, 3)).toEqual([0, 0, 0]);
  });

  it('add up to 0 in every group', () => {
    for (const scale of ['group', 'batch', 'none'] as const) {
      const advantages = grpoAdvantages(groups, scale);
      expect(advantages.slice(0, 3).reduce((sum, a) => sum + a, 0)).toBeCloseTo(0, 9);
      expect(advantages.slice(3).reduce((sum, a) => sum + a, 0)).toBeCloseTo(0, 9);
    }
  });
});
