import { describe, expect, it } from 'vitest';
import { completionMetrics, logRatios, samplerGap, type PolicyRollout } from '../../lib/policy/rollout';
import { madeRollout } from './support/tiny-policy';

describe('samplerGap', () => {
  it('is the largest difference, and refuses more than rounding as well as NaN', () => {
    expect(samplerGap('grpo', [-1, -2], Float32Array.of(-1, -2.01), { bf16: false })).toBeCloseTo(0.01, 6);
    expect(() => samplerGap('grpo', [-1, -2], Float32Array.of(-1, -2.1), { bf16: false })).toThrow(
      "grpo: the sampler's log-probability of a token is -2.0000, the training forward's -2.1000; they must agree within 0.05",
    );
    expect(() => samplerGap('grpo', [-1], Float32Array.of(NaN), { bf16: false })).toThrow('must agree');
  });
});

describe('logRatios', () => {
  it('are log π − log π_ref of every token, cut at 20 nats', () => {
    const ratios = logRatios(madeRollout('p', [0.5, -0.25, 500, -500]));
    [0.5, -0.25, 20, -20].forEach((value, t) => expect(ratios[t]).toBeCloseTo(value, 6));
  });
});

describe('completionMetrics', () => {
  it('tells lengths in tokens and the share that was cut off', () => {
    const rollouts: PolicyRollout[] = [madeRollout('p', [0, 0]), madeRollout('q', [0, 0, 0, 0], false)];
    expect(completionMetrics(rollouts)).toEqual({
      'completions/mean_length': 3,
      'completions/min_length': 2,
      'completions/max_length': 4,
      'completions/clipped_ratio': 0.5,
    });
  });
});
