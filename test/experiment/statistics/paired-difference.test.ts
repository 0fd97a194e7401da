import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  both,
  hierarchicalBootstrap,
  pairedT,
  type Inference,
} from '../../../lib/experiment/statistics/paired-difference';
import { createRng } from '../../../lib/random';

const width = ({ ci: [low, high] }: Inference): number => high - low;
const covers = ({ ci: [low, high] }: Inference, value: number): boolean => low <= value && value <= high;

describe('pairedT', () => {
  it('is mean ± t·sd/√n', () => {
    // Differences 1, 2, 3: mean 2, sd 1, t(2) = 4.302653, half-width 4.302653/√3 = 2.484138.
    const { ci, pValue } = pairedT([1, 2, 3]);
    expect(ci[0]).toBeCloseTo(2 - 2.484138, 5);
    expect(ci[1]).toBeCloseTo(2 + 2.484138, 5);
    // t = 2√3 = 3.4641; with two degrees of freedom P(|T| ≥ t) = 1 − t/√(t² + 2).
    expect(pValue(0)).toBeCloseTo(1 - Math.sqrt(12 / 14), 12);
    expect(pValue(2)).toBe(1);
  });

  it.each([
    // Student's table, two-sided 95%.
    [1, 12.706204736174694],
    [4, 2.7764451051977934],
    [9, 2.262157162798205],
    [30, 2.0422724563012378],
  ])('has the quantile of the tables with %d degrees of freedom', (df, quantile) => {
    // As many +1 as −1, and a 0 where n is odd: mean 0, sd² = squares / df.
    const n = df + 1;
    const differences = Array.from({ length: n }, (_, i) =>
      i === n - 1 && n % 2 === 1 ? 0 : i % 2 === 0 ? 1 : -1,
    );
    const squares = n - (n % 2);
    expect(pairedT(differences).ci[1]).toBeCloseTo(quantile * Math.sqrt(squares / df / n), 9);
  });

  it('has p = 0.05 at its bounds', () => {
    const inference = pairedT([0.3, -0.2, 0.5, 0.1, 0.9]);
    for (const bound of inference.ci) expect(inference.pValue(bound)).toBeCloseTo(0.05, 9);
  });

  it('gives equal differences no more than their signs say', () => {
    // A sum of five 0.1 rounds off; the sample variance of its mean would not be 0.
    const { ci, pValue } = pairedT([0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(ci[0]).toBeCloseTo(0.1, 12);
    expect(ci[1]).toBe(ci[0]);
    expect(pValue(0)).toBe(1 / 16);
    expect(pairedT([0, 0, 0]).pValue(0)).toBe(1);
  });
});

describe('hierarchicalBootstrap', () => {
  const differences = [
    [0.1, 0.4, -0.1, 0.3],
    [0.2, 0.6, 0.1, 0],
    [0.3, 0.1, 0.5, 0.2],
  ];

  it('is the same for the same stream', () => {
    const [a, b] = [1, 1].map((seed) => hierarchicalBootstrap(differences, createRng(seed)));
    expect(a?.ci).toEqual(b?.ci);
  });

  it('turns with the sign of the differences', () => {
    const a = hierarchicalBootstrap(differences, createRng(1));
    const b = hierarchicalBootstrap(
      differences.map((values) => values.map((value) => -value)),
      createRng(1),
    );
    expect(b.ci).toEqual([-a.ci[1], -a.ci[0]]);
    expect(b.pValue(-0.1)).toBe(a.pValue(0.1));
  });

  it('has p ≤ 0.05 exactly where the interval leaves a value out', () => {
    const inference = hierarchicalBootstrap(differences, createRng(2));
    fc.assert(
      fc.property(fc.double({ min: -0.3, max: 0.8, noNaN: true }), (value) => {
        expect(inference.pValue(value) <= 0.05).toBe(!covers(inference, value));
      }),
    );
  });

  it('draws seeds, not only prompts', () => {
    // Prompts of one seed are all alike here: what spread there is, seeds have.
    const constant = [
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ];
    expect(hierarchicalBootstrap(constant, createRng(3)).ci).toEqual([1, 3]);
  });

  it('draws prompts within a seed', () => {
    // One seed: the interval of a mean of 400 with standard deviation 1 is about ± 1.96/20.
    const rng = createRng(4);
    const inference = hierarchicalBootstrap(
      [Array.from({ length: 400 }, () => rng.normal())],
      rng.fork('draws'),
    );
    expect(width(inference)).toBeGreaterThan(0.17);
    expect(width(inference)).toBeLessThan(0.22);
  });
});

describe('coverage of the true difference by 95% intervals', () => {
  const repetitions = 250;
  /** Share of simulated experiments of five seeds whose interval covers the truth. */
  function coverage(
    betweenSeeds: number,
    withinSeed: number,
    infer: (bySeed: readonly (readonly number[])[], seedMeans: readonly number[]) => Inference,
  ): number {
    const rng = createRng(`coverage ${betweenSeeds} ${withinSeed}`);
    const truth = 0.3;
    let covered = 0;
    for (let i = 0; i < repetitions; i++) {
      const bySeed = Array.from({ length: 5 }, () => {
        const center = truth + betweenSeeds * rng.normal();
        return Array.from({ length: 12 }, () => center + withinSeed * rng.normal());
      });
      const means = bySeed.map((values) => values.reduce((a, b) => a + b, 0) / values.length);
      if (covers(infer(bySeed, means), truth)) covered++;
    }
    return covered / repetitions;
  }
  const together = (bySeed: readonly (readonly number[])[], means: readonly number[]): Inference =>
    both(pairedT(means), hierarchicalBootstrap(bySeed, createRng(means.join(' '))));
  // Of 250 at 95%, a share below 0.91 has a chance of 0.3%.
  const least = 0.91;

  it('is kept by t over seeds', () => {
    expect(coverage(1, 0.1, (_, means) => pairedT(means))).toBeGreaterThan(least);
  });

  it('is missed by the bootstrap where seeds differ, which is why it does not stand alone', () => {
    const alone = coverage(1, 0.1, (bySeed) => hierarchicalBootstrap(bySeed, createRng(1)));
    expect(alone).toBeLessThan(0.9);
  });

  it.each([
    ['seeds', 1, 0.1],
    ['seeds and prompts', 0.3, 1],
    ['prompts', 0, 1],
  ])('is kept by both together where %s differ', (_, between, within) => {
    expect(coverage(between, within, together)).toBeGreaterThan(least);
  });
});
