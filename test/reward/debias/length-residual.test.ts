import { describe, expect, it } from 'vitest';
import { createRng } from '../../../lib/random';
import { fitLengthResidual, lengthResidualScorer } from '../../../lib/reward/debias/length-residual';

describe('fitLengthResidual', () => {
  it('finds the slope among answers to one prompt, whatever the prompts differ in', () => {
    // Slope 0.5 within prompts, while the prompt with long answers scores low.
    const rows = [
      { promptId: 'a', length: 2, score: 10 },
      { promptId: 'a', length: 4, score: 11 },
      { promptId: 'b', length: 20, score: -10 },
      { promptId: 'b', length: 26, score: -7 },
      { promptId: 'alone', length: 500, score: 3 },
    ];
    const fit = fitLengthResidual(rows);
    expect(fit.coefficient).toBeCloseTo(0.5, 12);
    expect(fit.meanLength).toBeCloseTo(552 / 5, 12);
    expect(fit.responses).toBe(4);
  });

  it('refuses rows that determine no slope', () => {
    expect(() => fitLengthResidual([{ promptId: 'a', length: 1, score: 1 }])).toThrow(
      /two responses of different length/,
    );
  });
});

describe('lengthResidualScorer', () => {
  it('leaves scores that do not follow length within prompts', async () => {
    const rng = createRng(2);
    const responses = Array.from({ length: 60 }, (_, i) => ({
      promptId: `p${i % 15}`,
      response: 'w'.repeat(1 + rng.integer(40)),
      noise: rng.normal(),
    }));
    const scores = responses.map(({ response, noise }) => 0.3 * response.length + noise);
    const rows = (values: readonly number[]) =>
      responses.map(({ promptId, response }, i) => ({
        promptId,
        length: response.length,
        score: values[i] as number,
      }));
    const fit = fitLengthResidual(rows(scores));
    expect(fit.coefficient).toBeGreaterThan(0.25);
    const scorer = lengthResidualScorer(
      () => Promise.resolve(Float32Array.from(scores)),
      fit,
      (response) => response.length,
    );
    const debiased = await scorer(
      responses.map(({ response }) => ({ promptId: 'p', prompt: 'q', response })),
    );
    expect(fitLengthResidual(rows([...debiased])).coefficient).toBeCloseTo(0, 5);
    expect(debiased[0]).toBeCloseTo(
      (scores[0] as number) - fit.coefficient * ((responses[0]?.response.length as number) - fit.meanLength),
      5,
    );
  });
});
