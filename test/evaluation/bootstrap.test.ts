import { describe, expect, it } from 'vitest';
import { bootstrapDistribution, bootstrapInterval, bootstrapMean } from '../../lib/evaluation/bootstrap';
import { createRng } from '../../lib/random';

describe('bootstrapMean', () => {
  it('gives the same interval for the same seed', () => {
    const values = [1, 2, 3, 4];
    expect(bootstrapMean(values, { rng: createRng(1) })).toEqual(
      bootstrapMean(values, { rng: createRng(1) }),
    );
  });

  it('has no width when all values are equal', () => {
    expect(bootstrapMean([2, 2, 2], { rng: createRng(1) })).toEqual([2, 2]);
  });

  it('is as wide as the normal approximation says', () => {
    const rng = createRng(3);
    const values = Array.from({ length: 400 }, () => rng.normal());
    const [low, high] = bootstrapMean(values, { rng: createRng(4), resamples: 2000 });
    expect(high - low).toBeGreaterThan(0.9 * 2 * 1.96 * (1 / 20));
    expect(high - low).toBeLessThan(1.1 * 2 * 1.96 * (1 / 20));
  });

  it('covers the true mean in about 95% of simulated samples', () => {
    const rng = createRng(5);
    const runs = 200;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const values = Array.from({ length: 60 }, () => 3 + rng.normal());
      const [low, high] = bootstrapMean(values, { rng: rng.fork(run), resamples: 300 });
      if (low <= 3 && 3 <= high) covered++;
    }
    // Binomial deviation of 200 draws at 0.95 is 1.5 points; the percentile method undercovers by about 1 at n = 60.
    expect(covered / runs).toBeGreaterThan(0.89);
    expect(covered / runs).toBeLessThan(0.99);
  });

  it('narrows with the level asked for', () => {
    const values = Array.from({ length: 50 }, (_, i) => i);
    const wide = bootstrapMean(values, { rng: createRng(1), level: 0.99 });
    const narrow = bootstrapMean(values, { rng: createRng(1), level: 0.5 });
    expect(narrow[0]).toBeGreaterThan(wide[0]);
    expect(narrow[1]).toBeLessThan(wide[1]);
  });
});

describe('bootstrapInterval', () => {
  it('hands the statistic as many units as there are, each of them valid', () => {
    bootstrapInterval(
      5,
      (units) => {
        expect(units).toHaveLength(5);
        expect(units.every((unit) => unit >= 0 && unit < 5)).toBe(true);
        return 0;
      },
      { rng: createRng(1), resamples: 10 },
    );
  });

  it('refuses to resample nothing', () => {
    expect(() => bootstrapMean([], { rng: createRng(1) })).toThrow(/got 0 prompts/);
  });
});

describe('bootstrapDistribution', () => {
  it('has the statistic of every resample, in ascending order', () => {
    const values = [1, 2, 4];
    const statistic = (units: Int32Array): number =>
      Math.max(...[...units].map((unit) => values[unit] as number));
    const distribution = bootstrapDistribution(3, statistic, { rng: createRng(1), resamples: 2000 });
    expect(distribution).toHaveLength(2000);
    expect([...distribution]).toEqual([...distribution].sort((a, b) => a - b));
    // The largest of three draws is 1 with probability 1/27, 4 with 1 − (2/3)³ = 19/27.
    const share = (value: number): number => distribution.filter((one) => one === value).length / 2000;
    expect(share(1)).toBeCloseTo(1 / 27, 1);
    expect(share(4)).toBeCloseTo(19 / 27, 1);
  });

  it('refuses to resample nothing', () => {
    expect(() => bootstrapDistribution(0, () => 0, { rng: createRng(1) })).toThrow('nothing to resample');
  });
});
