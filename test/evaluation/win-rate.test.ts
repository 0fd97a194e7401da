import { describe, expect, it } from 'vitest';
import type { JudgedResponse } from '../../lib/evaluation/judged';
import { matches, winRate } from '../../lib/evaluation/win-rate';
import { createRng } from '../../lib/random';

function responses(qualities: Readonly<Record<string, number[]>>, responseTokens = 10): JudgedResponse[] {
  return Object.entries(qualities).flatMap(([promptId, samples]) =>
    samples.map((quality) => ({ promptId, quality, responseTokens })),
  );
}

const bootstrap = () => ({ rng: createRng(1), resamples: 200 });

describe('matches', () => {
  it('sets every sample against every sample of the same prompt, each prompt weighing 1', () => {
    const played = matches(responses({ p: [0.2, 0.9] }, 12), responses({ p: [0.5, 0.5, 0.5] }), 0);
    expect(played.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(played.every(({ lengthDifference }) => lengthDifference === 2)).toBe(true);
    expect(played.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it('calls differences up to the margin a tie, the margin included', () => {
    const label = (quality: number) =>
      matches(responses({ p: [quality] }), responses({ p: [0.5] }), 0.25)[0]?.label;
    expect([0.25, 0.5, 0.75].map(label)).toEqual([0.5, 0.5, 0.5]);
    expect([0.24, 0.76].map(label)).toEqual([0, 1]);
  });

  it('refuses policies that answered other prompts', () => {
    expect(() => matches(responses({ p: [1], q: [1] }), responses({ p: [1] }), 0)).toThrow(/prompt 'q'/);
  });
});

describe('winRate', () => {
  it('counts wins, ties and losses by hand', () => {
    const baseline = responses({ a: [0.5], b: [0.5], c: [0.5], d: [0.5] });
    const policy = responses({ a: [0.9], b: [0.8], c: [0.5], d: [0.1] });
    const rate = winRate(matches(policy, baseline, 0), bootstrap());
    expect(rate).toMatchObject({ prompts: 4, wins: 0.5, ties: 0.25, losses: 0.25 });
    expect(rate.winRate).toBe(0.625);
    expect(rate.winMinusLoss).toBe(0.25);
  });

  it('counts each prompt once, however many samples it has', () => {
    const played = matches(responses({ a: [1, 1, 1, 1], b: [0] }), responses({ a: [0.5], b: [0.5] }), 0);
    expect(winRate(played, bootstrap()).wins).toBe(0.5);
  });

  it('is the mirror image when the two change places', () => {
    const a = responses({ a: [0.9], b: [0.2], c: [0.7] });
    const b = responses({ a: [0.3], b: [0.2], c: [0.9] });
    const forth = winRate(matches(a, b, 0), bootstrap());
    const back = winRate(matches(b, a, 0), bootstrap());
    expect(back.wins).toBe(forth.losses);
    expect(back.winMinusLoss).toBeCloseTo(-forth.winMinusLoss, 12);
  });

  it('is all ties against itself, with an interval of no width', () => {
    const own = responses({ a: [0.9], b: [0.2] });
    expect(winRate(matches(own, own, 0), bootstrap())).toMatchObject({
      ties: 1,
      winRate: 0.5,
      winMinusLossCi: [0, 0],
    });
  });

  it('puts the advantage inside its interval', () => {
    const rng = createRng(2);
    const draw = (shift: number) =>
      responses(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, [shift + rng.normal()]])));
    const { winMinusLoss, winMinusLossCi } = winRate(matches(draw(0.5), draw(0), 0), bootstrap());
    expect(winMinusLossCi[0]).toBeLessThan(winMinusLoss);
    expect(winMinusLossCi[1]).toBeGreaterThan(winMinusLoss);
    expect(winMinusLossCi[0]).toBeGreaterThan(-0.1);
  });
});
