import { describe, expect, it } from 'vitest';
import { lengthTrend } from '../../lib/evaluation/length-trend';
import { createRng } from '../../lib/random';
import { lengthCorrelation } from '../../lib/reward/scorecard/length-correlation';

const rng = createRng(3);
const points = Array.from({ length: 60 }, (_, i) => {
  const gold = rng.uniform();
  const tokens = 20 + 10 * (i % 12) + Math.round(6 * rng.normal());
  return {
    promptId: `p${i % 12}`,
    task: i % 2 === 0 ? 'list' : 'fact',
    gold,
    tokens,
    score: 2 * gold + 0.05 * tokens - 0.6 * (i % 12) + 0.2 * rng.normal(),
  };
});

describe('lengthTrend', () => {
  it('correlates at equal quality as the scorecard does, and its line has the sign of that', () => {
    const trend = lengthTrend(points);
    const card = lengthCorrelation(points.map(({ tokens, ...point }) => ({ length: tokens, ...point })));
    expect(trend?.correlation).toBeCloseTo(card.equalQuality ?? Number.NaN, 12);
    expect(trend?.atEqualQuality).toBe(true);
    // The scores were made so: half a tenth a token, while over all prompts they fall with length.
    expect(trend?.slope).toBeCloseTo(0.05, 1);
    expect(trend?.slope).toBeGreaterThan(0);
    expect(card.raw).toBeLessThan(0);
  });

  it('takes all responses where prompt, task or gold of one is not known', () => {
    const trend = lengthTrend(points.map(({ tokens, score }) => ({ tokens, score })));
    expect(trend?.atEqualQuality).toBe(false);
    expect(trend?.slope).toBeLessThan(0);
    expect(lengthTrend(points.map(({ promptId, tokens, score }) => ({ promptId, tokens, score })))).toEqual(
      trend,
    );
  });

  it('is none where nothing varies', () => {
    expect(lengthTrend([])).toBeUndefined();
    expect(lengthTrend([{ tokens: 1, score: 1 }])).toBeUndefined();
    expect(lengthTrend([1, 2].map((score) => ({ tokens: 4, score })))).toBeUndefined();
    const alone = { promptId: 'p', task: 'list', gold: 1 };
    expect(lengthTrend([{ ...alone, tokens: 1, score: 1 }])).toBeUndefined();
  });
});
