import { describe, expect, it } from 'vitest';
import { conditionRows, namedRows } from '../../../../lib/experiment/findings/charts/rows';
import { sampleExperiment } from '../../sample-experiment';

const { config } = sampleExperiment();

describe('conditionRows', () => {
  it('groups by the first axis and colours by the second, the baseline in grey', () => {
    const { rows, yaxis, series, legendTitle } = conditionRows(config);
    expect(rows).toHaveLength(12);
    expect(yaxis['ticktext']).toEqual(['none', 'ties', 'cycles', 'both']);
    expect([series, legendTitle]).toEqual([['low', 'middle', 'high'], 'noise']);
    const colors = new Map(rows.map((row) => [row.series, row.style.color]));
    expect(new Set(colors.values()).size).toBe(3);
    expect(colors.get('middle')).toBe('#7d8794');
  });

  it('keeps rows a whole row apart and names in the middle of their groups', () => {
    const { rows, yaxis } = conditionRows(config);
    rows.slice(1).forEach((row, i) => expect(row.y - (rows[i]?.y ?? 0)).toBeGreaterThanOrEqual(1));
    expect(yaxis['tickvals']).toEqual([
      1,
      expect.closeTo(4.7, 9),
      expect.closeTo(8.4, 9),
      expect.closeTo(12.1, 9),
    ]);
  });

  it('puts further axes into the groups', () => {
    const axes = { ...config.axes, size: { small: {}, large: {} } };
    const { rows, yaxis } = conditionRows({
      ...config,
      axes,
      baseline: { ...config.baseline, size: 'small' },
    });
    expect(rows).toHaveLength(24);
    expect(yaxis['ticktext']).toEqual(expect.arrayContaining(['none, small', 'both, large']));
    // The last axis runs fastest in the grid; a group's rows stand together nevertheless.
    expect(rows.slice(0, 3).map(({ label }) => label)).toEqual([
      'none, small, low',
      'none, small, middle',
      'none, small, high',
    ]);
  });

  it('has no legend for one axis: the baseline is grey, the others are blue', () => {
    const axes = { filter: config.axes['filter'] ?? {} };
    const { rows, legendTitle } = conditionRows({ ...config, axes, baseline: { filter: 'none' } });
    expect(legendTitle).toBeUndefined();
    expect(rows.map(({ style }) => style.color)).toEqual(['#7d8794', '#2e86c9', '#2e86c9', '#2e86c9']);
  });
});

describe('namedRows', () => {
  it('has a row a name', () => {
    expect(namedRows(['ppo', 'dpo']).rows.map(({ group }) => group)).toEqual(['ppo', 'dpo']);
  });
});
