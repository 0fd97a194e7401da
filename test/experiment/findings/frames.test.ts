import { describe, expect, it } from 'vitest';
import { claimRows, resultRows } from '../../../lib/experiment/findings/frames';
import { judgeClaims } from '../../../lib/experiment/statistics/verdict';
import { sampleExperiment } from '../sample-experiment';

const experiment = sampleExperiment();

describe('claimRows', () => {
  it('has a row a claim, with the difference, its interval and the verdict that the summary has', () => {
    const rows = claimRows(experiment);
    const [judged] = judgeClaims(experiment);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      experiment: '01-data-filter',
      claim: 'Without ties and cycles the reward model is right more often.',
      paper: 'filters both; no number',
      difference: judged?.comparison?.difference,
      'from (95%)': judged?.comparison?.ci?.[0],
      'to (95%)': judged?.comparison?.ci?.[1],
      seeds: 5,
      'p (Holm)': judged?.adjustedP,
      verdict: 'reproduced',
    });
    expect(rows.map(({ verdict }) => verdict)).toEqual(judgeClaims(experiment).map(({ verdict }) => verdict));
  });

  it('leaves gaps where nothing was run', () => {
    const [row] = claimRows({ ...experiment, rows: [] });
    expect(row).toMatchObject({ difference: null, 'from (95%)': null, seeds: 0, verdict: 'not shown' });
  });
});

describe('resultRows', () => {
  it('has one row per condition and seed that was computed, with the settings of its axes and all metrics', () => {
    const rows = resultRows(experiment);
    const [first] = experiment.rows;
    expect(rows).toHaveLength(4 * 3 * 5 - 1);
    expect(rows[0]).toEqual({
      filter: 'none',
      noise: 'low',
      seed: 1,
      ...(first !== undefined && 'metrics' in first ? first.metrics : {}),
    });
    expect(Object.keys(rows[0] ?? {})).toContain('reward.goldAccuracy');
  });
});
