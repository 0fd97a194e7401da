import { describe, expect, it } from 'vitest';
import { evaluatePolicies, type EvaluatedPolicy } from '../../lib/evaluation/policies';
import { createRng } from '../../lib/random';

function policy(shift: number, responseTokens: number, kl: number): EvaluatedPolicy {
  const responses = Array.from({ length: 20 }, (_, i) => ({
    promptId: `p${i}`,
    quality: (i % 5) / 10 + shift,
    responseTokens,
  }));
  return { responses, kls: responses.map(() => kl) };
}

const options = () => ({ baseline: 'sft', tieMargin: 0.05, rng: createRng(1), resamples: 100 });

describe('evaluatePolicies', () => {
  const results = evaluatePolicies({ sft: policy(0.2, 10, 0), ppo: policy(0.4, 14, 3) }, options());

  it('compares every policy with the baseline', () => {
    expect(results['ppo']).toMatchObject({
      wins: 1,
      losses: 0,
      winMinusLoss: 1,
      meanResponseTokens: 14,
      kl: 3,
    });
    expect(results['ppo']?.quality).toBeCloseTo(0.6, 12);
    expect(results['ppo']?.qualityDifference.difference).toBeCloseTo(0.2, 12);
  });

  it('finds the baseline level with itself', () => {
    expect(results['sft']).toMatchObject({ ties: 1, winRate: 0.5, winMinusLoss: 0, kl: 0 });
    expect(results['sft']?.lengthControlledWinRate).toBeCloseTo(0.5, 6);
    expect(results['sft']?.qualityDifference).toEqual({ difference: 0, differenceCi: [0, 0] });
  });

  it('gives the same numbers for the same seed', () => {
    expect(evaluatePolicies({ sft: policy(0.2, 10, 0), ppo: policy(0.4, 14, 3) }, options())).toEqual(
      results,
    );
  });

  it('refuses a baseline that is not among the policies', () => {
    expect(() => evaluatePolicies({ ppo: policy(0, 1, 0) }, options())).toThrow(
      "the baseline 'sft' is not among the policies (ppo)",
    );
  });
});
