import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareConditions,
  estimateMean,
  holm,
  metricValues,
  spreadWithinConditions,
} from '../../../lib/experiment/statistics/compare-conditions';
import type { ResultRow } from '../../../lib/experiment/results';
import { createRng } from '../../../lib/random';

function row(
  seed: number,
  metrics: Record<string, number>,
  prompts: Record<string, number[]> = {},
): ResultRow {
  return {
    condition: 'a',
    seed,
    config: {},
    configHash: '',
    engine: 'cpu',
    versions: {},
    processor: { model: '', threads: 1 },
    dataHash: '',
    metrics,
    prompts,
    seconds: 1,
  };
}

/** Rows with seeds 1, 2, … whose metric `m` is the mean of the prompts given. */
function promptRows(...bySeed: readonly (readonly number[])[]): ResultRow[] {
  return bySeed.map((values, i) =>
    row(i + 1, { m: values.reduce((a, b) => a + b, 0) / values.length }, { m: [...values] }),
  );
}

const rows = (...values: readonly number[]): ResultRow[] => values.map((m, i) => row(i + 1, { m }));
const options = (): { metric: string; rng: ReturnType<typeof createRng> } => ({
  metric: 'm',
  rng: createRng(1),
});

describe('estimateMean', () => {
  it('has an interval from two seeds on', () => {
    expect(estimateMean([])).toBeUndefined();
    expect(estimateMean([2])).toEqual({ mean: 2, ci: null, n: 1 });
    // sd √2/2 of 1 and 2, over √2: 0.5; times 12.7062.
    const { mean, ci, n } = estimateMean([1, 2]) ?? {};
    expect([mean, n]).toEqual([1.5, 2]);
    expect(ci?.[0]).toBeCloseTo(1.5 - 6.3531, 4);
  });
});

describe('metricValues', () => {
  it('leaves out rows that have no such number', () => {
    expect(metricValues([row(1, { m: 1 }), row(2, {}), row(3, { m: NaN })], 'm')).toEqual([1]);
  });
});

describe('compareConditions', () => {
  it('pairs by seed, by hand', () => {
    // Differences 1, 2, 3: mean 2, sd 1.
    const comparison = compareConditions(rows(2, 4, 6), rows(1, 2, 3), options());
    expect(comparison).toMatchObject({
      means: [4, 2],
      difference: 2,
      method: 'seeds',
      seeds: [1, 2, 3],
      unpaired: 0,
      prompts: 0,
      effect: 2,
      promptEffect: null,
    });
    expect(comparison?.ci?.[0]).toBeCloseTo(2 - 2.484138, 5);
    expect(comparison?.pValue()).toBeCloseTo(1 - Math.sqrt(12 / 14), 12);
  });

  it('uses the seeds that both conditions have and counts the others', () => {
    const a = [row(5, { m: 5 }), row(1, { m: 1 }), row(2, { m: 2 }), row(9, {})];
    const b = [row(2, { m: 0 }), row(3, { m: 7 }), row(5, { m: 1 })];
    expect(compareConditions(a, b, options())).toMatchObject({ difference: 3, seeds: [2, 5], unpaired: 2 });
    expect(compareConditions([row(1, { m: 1 })], [row(2, { m: 1 })], options())).toBeUndefined();
    expect(compareConditions(a, b, { ...options(), metric: 'other' })).toBeUndefined();
  });

  it('compares two metrics of one condition', () => {
    const both = [1, 2, 3].map((seed) => row(seed, { dpo: seed, ppo: seed - 0.5 - seed / 10 }));
    const comparison = compareConditions(both, both, {
      metric: 'dpo',
      againstMetric: 'ppo',
      rng: createRng(1),
    });
    expect(comparison?.difference).toBeCloseTo(0.7, 12);
  });

  it('has no effect size where every seed differs by the same', () => {
    // The same but for rounding: 0.3 − 0.2 is not 0.2 − 0.1.
    expect(compareConditions(rows(0.2, 0.3, 0.4), rows(0.1, 0.2, 0.3), options())?.effect).toBeNull();
    expect(compareConditions(rows(1, 1, 1), rows(0, 0, 0), options())).toMatchObject({
      effect: null,
      ci: [1, 1],
    });
  });

  it('gives one seed no interval, and with prompts one over them alone', () => {
    expect(compareConditions(rows(2), rows(1), options())).toMatchObject({
      ci: null,
      method: 'one seed',
      effect: null,
    });
    const comparison = compareConditions(promptRows([1, 2, 3]), promptRows([0, 1, 1]), options());
    expect(comparison?.method).toBe('prompts of one seed');
    expect(comparison?.ci).toEqual([1, 2]);
  });

  it('compares prompt by prompt where both conditions have them', () => {
    const a = promptRows([1, 2, 3], [2, 3, 4]);
    const b = promptRows([0, 1, 2], [1, 2, 3]);
    // Every prompt differs by 1: nothing is left to resample, while the values themselves have variance 1 within a seed.
    expect(compareConditions(a, b, options())).toMatchObject({
      difference: 1,
      ci: [1, 1],
      method: 'seeds and prompts',
      prompts: 6,
      promptEffect: 1,
    });
  });

  it('falls back to seeds where one row has no prompts', () => {
    const a = promptRows([1, 2, 3], [2, 3, 4]);
    expect(compareConditions(a, rows(1, 2), options())?.method).toBe('seeds');
  });

  it('refuses prompts that are not the same in number', () => {
    expect(() => compareConditions(promptRows([1, 2]), promptRows([1, 2, 3]), options())).toThrow(
      'compareConditions: m of seed 1 must have as many prompts in both conditions, got 2 and 3',
    );
  });

  it('compares two metrics on other prompts over seeds alone', () => {
    const rows = [1, 2].map((seed) =>
      row(seed, { dpo: seed, ppo: 0 }, { dpo: [seed, seed, seed], ppo: [-1, 1] }),
    );
    const comparison = compareConditions(rows, rows, {
      metric: 'dpo',
      againstMetric: 'ppo',
      rng: createRng(1),
    });
    expect(comparison).toMatchObject({ difference: 1.5, method: 'seeds', prompts: 0 });
  });

  it('turns with its sides', () => {
    const value = fc.double({ min: -10, max: 10, noNaN: true });
    const seeds = fc.array(
      fc.tuple(
        fc.array(value, { minLength: 4, maxLength: 4 }),
        fc.array(value, { minLength: 4, maxLength: 4 }),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(seeds, (pairs) => {
        const a = promptRows(...pairs.map(([left]) => left));
        const b = promptRows(...pairs.map(([, right]) => right));
        const [ab, ba] = [compareConditions(a, b, options()), compareConditions(b, a, options())];
        expect(ba?.difference).toBeCloseTo(-(ab?.difference as number), 12);
        expect(ba?.ci?.[0]).toBeCloseTo(-(ab?.ci?.[1] as number), 12);
        expect(ba?.ci?.[1]).toBeCloseTo(-(ab?.ci?.[0] as number), 12);
        expect(ba?.pValue()).toBeCloseTo(ab?.pValue() as number, 12);
        if (ab?.effect != null) expect(ba?.effect).toBeCloseTo(-ab.effect, 9);
      }),
      { numRuns: 25 },
    );
  });
});

describe('holm', () => {
  it('multiplies the least by their number, the next by one less, and never falls', () => {
    // 0.01·4, 0.02·3, then 0.03·2 = 0.06 is not below 0.06, and 0.5.
    const adjusted = holm([0.03, 0.01, 0.5, 0.02]);
    [0.06, 0.04, 0.5, 0.06].forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 12));
    expect(holm([])).toEqual([]);
  });

  it('keeps the order, is never below p nor above 1, and leaves one alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (p) => {
          const adjusted = holm(p);
          p.forEach((value, i) => {
            expect(adjusted[i]).toBeGreaterThanOrEqual(value);
            expect(adjusted[i]).toBeLessThanOrEqual(1);
            p.forEach((other, j) => {
              if (value < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] as number);
            });
          });
          if (p.length === 1) expect(adjusted).toEqual(p);
        },
      ),
    );
  });
});

describe('spread within conditions', () => {
  const inCondition = (condition: string, ...values: readonly number[]): ResultRow[] =>
    rows(...values).map((one) => ({ ...one, condition }));

  it('is the standard deviation of seeds, pooled over conditions, however far apart their means are', () => {
    // Squares from the conditions' means: 1 + 1 = 2 and 4 + 0 + 4 = 8, with 1 and 2 degrees of freedom.
    const all = [...inCondition('a', 1, 3), ...inCondition('b', 98, 100, 102)];
    expect(spreadWithinConditions(all, 'm')).toBeCloseTo(Math.sqrt(10 / 3), 12);
  });

  it('is 0 where no condition has two seeds', () => {
    expect(spreadWithinConditions([...inCondition('a', 1), ...inCondition('b', 5)], 'm')).toBe(0);
    expect(spreadWithinConditions([], 'm')).toBe(0);
  });
});
