import { describe, expect, it } from 'vitest';
import {
  conditionsTable,
  claimsTable,
  comparedText,
  differencesTable,
  resultsPage,
} from '../../../lib/experiment/findings/table';
import type { Claim } from '../../../lib/experiment/config';
import { judgeClaims, type JudgedClaim } from '../../../lib/experiment/statistics/verdict';
import { sampleExperiment } from '../sample-experiment';
import { asPrettier } from '../../support/prettier';
const experiment = sampleExperiment();
/** Texts of a row's cells. */
const row = (table: string, start: string): string[] =>
  (table.split('\n').find((line) => line.replace(/ +/g, ' ').startsWith(start)) ?? '')
    .split('|')
    .slice(1, -1)
    .map((text) => text.trim());

describe('conditionsTable', () => {
  it('has one row per condition, in the order of the axes, with its seeds', () => {
    const lines = conditionsTable(experiment).split('\n');
    expect(lines).toHaveLength(2 + 12);
    expect(row(conditionsTable(experiment), '| none | low')).toEqual([
      'none',
      'low',
      '5',
      expect.stringMatching(/^0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]$/),
      expect.stringMatching(/^0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]$/),
      expect.stringMatching(/^\d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\]$/),
    ]);
    expect(row(conditionsTable(experiment), '| ties | high')[2]).toBe('4');
  });

  it('shows a condition that was never run, and a metric that some seeds lack', () => {
    const rows = experiment.rows
      .filter(({ condition }) => condition !== 'filter=none noise=low')
      .map((one) => {
        if ('error' in one || one.condition !== 'filter=none noise=high' || one.seed > 2) return one;
        const metrics = Object.fromEntries(Object.entries(one.metrics).filter(([name]) => name !== 'ppo.kl'));
        return { ...one, metrics };
      });
    const table = conditionsTable({ ...experiment, rows });
    expect(row(table, '| none | low')).toEqual(['none', 'low', '0', '–', '–', '–']);
    expect(row(table, '| none | high')[5]).toContain('(3 seeds)');
  });

  it('has one row per metric where there are more metrics than conditions', () => {
    const { filter } = experiment.config.axes;
    const axes = { filter: { none: {}, both: filter?.['both'] ?? {} } };
    const config = { ...experiment.config, axes, baseline: { filter: 'none' } };
    const rows = experiment.rows.filter(({ config: { noise } }) => noise === 'low');
    const table = conditionsTable({ config, rows });
    expect(row(table, '| metric')).toEqual(['metric', 'filter=none', 'filter=both']);
    expect(row(table, '| ppo.kl')).toEqual([
      'ppo.kl',
      expect.stringMatching(/^1\.2/),
      expect.stringMatching(/^1\.3/),
    ]);
    expect(row(table, '| seeds')).toEqual(['seeds', '5', '5']);
  });
});

describe('differencesTable', () => {
  it('leaves the baseline out and compares over shared seeds', () => {
    const table = differencesTable(experiment);
    expect(table.split('\n')).toHaveLength(2 + 11);
    expect(row(table, '| none | middle')).toEqual([]);
    expect(row(table, '| ties | high')[2]).toBe('4');
    expect(row(table, '| both | middle')[3]).toMatch(/^\+0\.0\d+ \[\+0\.0\d+, \+0\.\d+\]$/);
  });
});

describe('claimsTable', () => {
  it('says what was compared, how large the difference is, and whether it bears the claim out', () => {
    const [claim, paper, compared, difference, seeds, effect, p, adjusted, verdict] = row(
      claimsTable(experiment),
      '| Without ties',
    );
    expect(claim).toBe('Without ties and cycles the reward model is right more often.');
    expect(paper).toBe('filters both; no number');
    expect(compared).toMatch(
      /^reward\.goldAccuracy: filter=both noise=middle 0\.\d+; filter=none noise=middle 0\.\d+$/,
    );
    expect(difference).toMatch(/^\+0\.0\d+ \[\+0\.0\d+, \+0\.\d+\]$/);
    expect(seeds).toBe('5');
    expect(effect).toMatch(/^\+\d+\.\d \(\+\d\.\d\d\)$/);
    expect(Number(adjusted?.replace('< ', ''))).toBeGreaterThanOrEqual(Number(p?.replace('< ', '')));
    expect(verdict).toBe('reproduced; expected higher');
  });

  it('says plainly when a verdict stands by its own interval only', () => {
    const claims = Array.from(
      { length: 200 },
      () => experiment.config.claims[0] as (typeof experiment.config.claims)[number],
    );
    const table = claimsTable({ ...experiment, config: { ...experiment.config, claims } });
    expect(table).toContain('reproduced (own interval; not after Holm); expected higher');
  });
});

describe('comparedText', () => {
  const [judged] = judgeClaims(experiment);
  const claim = judged?.claim as Claim;
  const text = (changes: Partial<Claim>, config = experiment.config): string =>
    comparedText(config, { claim: { ...claim, ...changes }, comparison: undefined } as JudgedClaim);

  it('names what differs: conditions, metrics or both', () => {
    const { metric, condition, against } = claim;
    expect(text({})).toBe(`${metric}: filter=both noise=middle; filter=none noise=middle`);
    expect(text({ againstMetric: 'ppo.kl', against: condition })).toBe(
      `filter=both noise=middle: ${metric}; ppo.kl`,
    );
    expect(text({ againstMetric: 'ppo.kl', against })).toBe(
      `${metric}, filter=both noise=middle; ppo.kl, filter=none noise=middle`,
    );
    const config = { ...experiment.config, axes: {}, baseline: {} };
    expect(text({ againstMetric: 'ppo.kl', condition: {}, against: {} }, config)).toBe(`${metric}; ppo.kl`);
  });
});

describe('resultsPage', () => {
  it('is as Prettier would write it', async () => {
    const page = resultsPage(experiment);
    expect(await asPrettier(page)).toBe(page);
  });

  it('is the same every time', () => {
    expect(resultsPage(sampleExperiment())).toBe(resultsPage(experiment));
  });

  it('tells where the numbers come from and what failed', () => {
    const page = resultsPage(experiment);
    expect(page).toContain('**Partly reproduced**: 2 of 3 claims reproduced, 1 not shown.');
    expect(row(page, '| rows ')[1]).toBe('59 of 60 (12 conditions, 5 seeds)');
    expect(row(page, '| engine')[1]).toBe('xla');
    expect(row(page, '| versions')[1]).toBe('node 20.20.2, xla-cpu-pjrt 0.0.1');
    expect(page).toContain('adjusted for the 3 claims of this experiment');
    // The table escapes the bar.
    expect(row(page.replaceAll('\\|', '¦'), '| filter=ties noise=high')).toEqual([
      'filter=ties noise=high',
      '3',
      '`ppo: the loss is NaN at step 12 ¦ see ’log’`',
    ]);
  });

  it('stands without claims, without axes and without results', async () => {
    const config = { ...experiment.config, claims: [], axes: {}, baseline: {} };
    const page = resultsPage({ config, rows: [] });
    expect(page).not.toContain('## Claims');
    expect(row(page, '| ppo.kl')).toEqual(['ppo.kl', '–']);
    expect(row(page, '| seeds')).toEqual(['seeds', '0']);
    expect(page).not.toContain('## Differences');
    expect(await asPrettier(page)).toBe(page);
  });
});
