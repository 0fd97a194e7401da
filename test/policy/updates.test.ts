import { describe, expect, it } from 'vitest';
import { cutUpdates, refuseStaleRatio } from '../../lib/policy/updates';
import { createRng } from '../../lib/random';
import { ppoConfig } from './support/tiny-policy';

describe('cutUpdates', () => {
  const rows = Array.from({ length: 12 }, (_, i) => i);
  const config = ppoConfig({ numMiniBatches: 3, gradientAccumulationSteps: 2 });
  const cut = (step: number, drawn: number[] = []) =>
    cutUpdates(
      step,
      rows,
      2,
      config,
      createRng(1),
      (update) => (drawn.push(update), []),
      (part, whole) => ({ part, whole }),
    );

  it('shows every row once a pass, in minibatches of equal size that are cut into parts', () => {
    const updates = cut(1);
    expect(updates).toHaveLength(6);
    for (const pass of [updates.slice(0, 3), updates.slice(3)]) {
      const seen = pass.flat().flatMap(({ part }) => part);
      expect([...seen].sort((a, b) => a - b)).toEqual(rows);
    }
    for (const update of updates) {
      expect(update.map(({ part }) => part.length)).toEqual([2, 2]);
      expect(update.flatMap(({ part }) => part)).toEqual(update[0]?.whole);
    }
  });

  it('takes another order every pass and step, and numbers the updates of the run from 1', () => {
    const drawn: number[] = [];
    const orders = [cut(1, drawn), cut(2, drawn)].flatMap((updates) =>
      [updates.slice(0, 3), updates.slice(3)].map((pass) =>
        pass
          .flat()
          .flatMap(({ part }) => part)
          .join(),
      ),
    );
    expect(new Set(orders).size).toBe(4);
    expect(drawn).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(cut(2)).toEqual(cut(2));
  });
});

describe('refuseStaleRatio', () => {
  it('lets rounding pass and refuses ratios that only average to 1, as those of an older policy do', () => {
    expect(() =>
      refuseStaleRatio('grpo', { 'val/ratio': 1.00001, 'val/ratio_var': 1e-8 }, { bf16: false }),
    ).not.toThrow();
    const stale = { 'val/ratio': 1, 'val/ratio_var': 1e-4 };
    expect(() => refuseStaleRatio('grpo', stale, { bf16: false })).toThrow(
      'grpo: the ratio on the first minibatch must be 1, got 1 ± 0.01',
    );
    expect(() =>
      refuseStaleRatio('grpo', { 'val/ratio': 1.001, 'val/ratio_var': 1e-6 }, { bf16: false }),
    ).toThrow('got 1.001');
  });
});
