import { describe, expect, it } from 'vitest';
import { adaptKlCoef, initialState, next } from '../../../lib/policy/ppo/next';
import { ppoConfig } from '../support/tiny-policy';

describe('next', () => {
  const rollouts = { 'objective/kl': 2 };
  const updates = [{ 'policy/approxkl_avg': 0.1 }, { 'policy/approxkl_avg': 0.3 }];

  it('leaves the state as it is without targets', () => {
    const config = ppoConfig({ klCoef: 0.3 });
    const state = initialState(config);
    expect(state).toEqual({ klCoef: 0.3, learningRateFactor: 1 });
    expect(next(state, rollouts, updates, config)).toEqual(state);
  });

  it('adapts the KL coefficient to that of the rollouts, the learning rate to the mean of the updates', () => {
    const config = ppoConfig({ klTarget: 1, klHorizon: 80, lrKlTarget: 0.05 });
    const state = { klCoef: 0.1, learningRateFactor: 3 };
    // 8 rollouts of 80, error cut at 0.2; 0.2 is more than twice 0.05.
    expect(next(state, rollouts, updates, config)).toEqual({
      klCoef: 0.1 * (1 + (0.2 * 8) / 80),
      learningRateFactor: 2,
    });
    expect(state).toEqual({ klCoef: 0.1, learningRateFactor: 3 });
  });
});

describe('adaptKlCoef', () => {
  it('raises the coefficient above the target and lowers it below, by at most a fifth an horizon', () => {
    expect(adaptKlCoef(0.1, 60, 6, 100, 100)).toBeCloseTo(0.12, 9);
    expect(adaptKlCoef(0.1, 5.4, 6, 50, 100)).toBeCloseTo(0.1 * (1 - 0.05), 9);
    expect(adaptKlCoef(0.1, 6, 6, 50, 100)).toBe(0.1);
  });
});
