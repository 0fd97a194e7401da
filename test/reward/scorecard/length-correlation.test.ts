import { sampleCorrelation } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import type { ScoredResponse } from '../../../lib/equal-quality';
import { createRng } from '../../../lib/random';
import { lengthCorrelation } from '../../../lib/reward/scorecard/length-correlation';

/** Four answers to each of 200 prompts; good answers are longer, and the score follows gold and `bias`·length. */
function simulate(bias: number): Required<ScoredResponse>[] {
  const rng = createRng(7);
  return Array.from({ length: 200 }, (_, p) => {
    const offset = 5 * rng.normal();
    return Array.from({ length: 4 }, () => {
      const gold = rng.normal();
      const length = 50 + 10 * gold + 10 * rng.normal() - 8 * offset;
      const score = 2 * gold + bias * length + offset + 0.5 * rng.normal();
      return { score, length, gold, promptId: `p${p}`, task: p % 2 === 0 ? 'lists' : 'facts' };
    });
  }).flat();
}

describe('lengthCorrelation', () => {
  it('is 0 at equal quality when the score follows gold alone, though it is not within prompts or raw', () => {
    const { raw, withinPrompt, equalQuality, n } = lengthCorrelation(simulate(0));
    expect(raw).toBeLessThan(-0.5);
    expect(withinPrompt).toBeGreaterThan(0.5);
    expect(Math.abs(equalQuality as number)).toBeLessThan(0.1);
    expect(n).toBe(800);
  });

  it('finds the bias of a score that follows length', () => {
    expect(lengthCorrelation(simulate(0.2)).equalQuality).toBeGreaterThan(0.9);
    expect(lengthCorrelation(simulate(-0.2)).equalQuality).toBeLessThan(-0.9);
  });

  it('equals the textbook partial correlation when there is one task', () => {
    const rows = simulate(0.03).map((row) => ({ ...row, task: 'all' }));
    const deviations = (of: 'score' | 'length' | 'gold'): number[] =>
      rows.map((row) => {
        const group = rows.filter(({ promptId }) => promptId === row.promptId);
        return row[of] - group.reduce((sum, other) => sum + other[of], 0) / group.length;
      });
    const [s, l, g] = [deviations('score'), deviations('length'), deviations('gold')];
    const [sl, sg, lg] = [sampleCorrelation(s, l), sampleCorrelation(s, g), sampleCorrelation(l, g)];
    const partial = (sl - sg * lg) / Math.sqrt((1 - sg ** 2) * (1 - lg ** 2));
    expect(lengthCorrelation(rows).equalQuality).toBeCloseTo(partial, 10);
  });

  it('leaves equal quality out where gold is not known, and single answers out of within-prompt numbers', () => {
    const rows = [
      { score: 1, length: 2, promptId: 'a', task: 't' },
      { score: 2, length: 3, promptId: 'a', task: 't' },
      { score: 9, length: 1, promptId: 'b', task: 't' },
    ];
    const result = lengthCorrelation(rows);
    expect(result).not.toHaveProperty('equalQuality');
    expect(result.withinPrompt).toBeCloseTo(1, 12);
    expect(result.n).toBe(2);
  });
});
