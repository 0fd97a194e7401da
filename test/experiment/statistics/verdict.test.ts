import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../lib/experiment/config';
import type { Comparison } from '../../../lib/experiment/statistics/compare-conditions';
import {
  experimentVerdict,
  judgeClaims,
  verdictOf,
  type Verdict,
} from '../../../lib/experiment/statistics/verdict';
import { sampleExperiment } from '../sample-experiment';

const claim = (expected: Claim['expected'], margin?: number): Claim => ({
  claim: '',
  paper: '',
  metric: 'm',
  condition: {},
  against: {},
  expected,
  ...(margin !== undefined && { margin }),
});

function interval(low: number, high: number, seeds = 3): Comparison {
  return {
    means: [0, 0],
    difference: (low + high) / 2,
    ci: [low, high],
    method: 'seeds',
    seeds: Array.from({ length: seeds }, (_, i) => i),
    unpaired: 0,
    prompts: 0,
    effect: null,
    promptEffect: null,
    pValue: () => 1,
  };
}

describe('verdictOf', () => {
  const cases: readonly (readonly [Claim, number, number, Verdict])[] = [
    [claim('higher'), 0.1, 0.3, 'reproduced'],
    [claim('higher'), -0.1, 0.3, 'not shown'],
    [claim('higher'), -0.3, -0.1, 'contradicted'],
    [claim('higher'), 0, 0.3, 'not shown'],
    [claim('lower'), -0.3, -0.1, 'reproduced'],
    [claim('lower'), 0.1, 0.3, 'contradicted'],
    [claim('equal', 0.2), -0.1, 0.1, 'reproduced'],
    [claim('equal', 0.2), 0.1, 0.15, 'reproduced'],
    [claim('equal', 0.2), 0.1, 0.3, 'not shown'],
    [claim('equal', 0.2), 0.21, 0.3, 'contradicted'],
    [claim('equal', 0.2), -0.3, -0.21, 'contradicted'],
    [claim('equal', 0.2), -0.3, 0.3, 'not shown'],
  ];
  it.each(cases)('of %o with [%d, %d] is %s', (one, low, high, verdict) => {
    expect(verdictOf(one, interval(low, high))).toBe(verdict);
  });

  it('shows nothing with one seed or none', () => {
    expect(verdictOf(claim('higher'), interval(0.1, 0.3, 1))).toBe('not shown');
    expect(verdictOf(claim('higher'), undefined)).toBe('not shown');
  });
});

describe('judgeClaims', () => {
  it('has p ≤ 0.05 exactly where the own interval decides', () => {
    for (const { verdict, p } of judgeClaims(sampleExperiment())) {
      expect((p as number) <= 0.05).toBe(verdict !== 'not shown');
    }
  });

  it('finds what the sample was made with', () => {
    const [higher, unrelated, equal] = judgeClaims(sampleExperiment());
    // A gain of 0.06 with 0.02 between seeds and prompts.
    expect(higher).toMatchObject({ verdict: 'reproduced', holdsAdjusted: true });
    expect(higher?.comparison?.difference).toBeCloseTo(0.06, 1);
    expect(unrelated?.verdict).toBe('not shown');
    expect(unrelated?.holdsAdjusted).toBe(false);
    expect(equal?.verdict).toBe('reproduced');
  });

  it('adjusts for the number of claims', () => {
    const judged = judgeClaims(sampleExperiment());
    for (const { p, adjustedP } of judged) expect(adjustedP).toBeGreaterThanOrEqual(p as number);
    const least = judged.reduce((a, b) => ((b.p as number) < (a.p as number) ? b : a));
    expect(least.adjustedP).toBeCloseTo(Math.min(1, 3 * (least.p as number)), 12);
  });

  it('counts a claim that cannot be judged among them', () => {
    const experiment = sampleExperiment();
    const { claims } = experiment.config;
    const unknown = { ...(claims[0] as Claim), metric: 'nowhere' };
    const config = { ...experiment.config, claims: [claims[0] as Claim, unknown] };
    const [known, missing] = judgeClaims({ ...experiment, config });
    expect(missing).toMatchObject({ verdict: 'not shown', p: null, adjustedP: null, holdsAdjusted: false });
    expect(known?.adjustedP).toBeCloseTo(2 * (known?.p as number), 12);
  });

  it('says when a verdict does not stand after the adjustment', () => {
    const experiment = sampleExperiment();
    const { claims } = experiment.config;
    // With two hundred claims a p of one in a thousand is not enough.
    const config = { ...experiment.config, claims: Array.from({ length: 200 }, () => claims[0] as Claim) };
    const [first] = judgeClaims({ ...experiment, config });
    expect(first).toMatchObject({ verdict: 'reproduced', holdsAdjusted: false });
  });
});

describe('experimentVerdict', () => {
  const judged = (...verdicts: Verdict[]): ReturnType<typeof judgeClaims> =>
    verdicts.map((verdict) => ({
      claim: claim('higher'),
      comparison: undefined,
      verdict,
      p: null,
      adjustedP: null,
      holdsAdjusted: false,
    }));

  it('is whole, part or none of the claims', () => {
    expect(experimentVerdict(judged('reproduced', 'reproduced'))).toBe('reproduced');
    expect(experimentVerdict(judged('reproduced', 'contradicted'))).toBe('partly');
    expect(experimentVerdict(judged('not shown', 'contradicted'))).toBe('not');
    expect(experimentVerdict([])).toBeUndefined();
  });
});
