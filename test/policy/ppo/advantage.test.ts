import { describe, expect, it } from 'vitest';
import { gae, tokenRewards, whiten } from '../../../lib/policy/ppo/advantage';

describe('tokenRewards', () => {
  it('puts the score on the last real token and the KL penalty on all', () => {
    const rewards = tokenRewards([0.5, -1, 2], 3, 0.1);
    [-0.05, 0.1, 2.8].forEach((value, t) => expect(rewards[t]).toBeCloseTo(value, 6));
  });
});

describe('gae', () => {
  it('follows the recursion on three tokens', () => {
    // δ = r_t + v_{t+1} − v_t: [0 + 0.4 − 0.2, 0 + 0.6 − 0.4, 1 − 0.6] = [0.2, 0.2, 0.4]; λ = 0.5: A₂ = 0.4, A₁ = 0.4, A₀ = 0.4
    const { advantages, returns } = gae([0, 0, 1], [0.2, 0.4, 0.6], 1, 0.5);
    for (const advantage of advantages) expect(advantage).toBeCloseTo(0.4, 6);
    [0.6, 0.8, 1].forEach((value, t) => expect(returns[t]).toBeCloseTo(value, 6));
  });

  it('is the discounted sum of rewards minus the value for λ = 1', () => {
    expect(gae([1, 2, 4], [3, 0, 0], 0.5, 1).advantages[0]).toBeCloseTo(1 + 1 + 1 - 3, 6);
  });
});

describe('whiten', () => {
  it('gives all tokens together variance 1, and mean 0 when asked', () => {
    const shifted = whiten([Float32Array.of(1, 2), Float32Array.of(3)], true);
    expect(shifted.flatMap((row) => [...row]).map((value) => Number(value.toFixed(5)))).toEqual([-1, 0, 1]);
    const kept = whiten([Float32Array.of(1, 2), Float32Array.of(3)], false);
    expect(kept.flatMap((row) => [...row]).map((value) => Number(value.toFixed(5)))).toEqual([1, 2, 3]);
  });
});
