import { describe, expect, it } from 'vitest';
import type { Chart } from '../../../../lib/evaluation/report/theme';
import { compareSettings, rowsOfCondition } from '../../../../lib/experiment/experiment';
import { conditionsChart, differencesChart } from '../../../../lib/experiment/findings/charts/conditions';
import { sampleExperiment } from '../../sample-experiment';

const experiment = sampleExperiment();

interface Trace {
  readonly name?: string;
  readonly xaxis: string;
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
  readonly showlegend: boolean;
  readonly error_x?: { readonly array: readonly number[]; readonly arrayminus: readonly number[] };
  readonly marker: { readonly symbol: string | readonly string[] };
}

const traces = ({ data }: Chart): readonly Trace[] => data as unknown as readonly Trace[];

describe('conditionsChart', () => {
  const chart = conditionsChart(experiment);
  const ofPanel = (axis: string): readonly Trace[] => traces(chart).filter(({ xaxis }) => xaxis === axis);

  it('has a panel for each of the first three metrics, with units', () => {
    expect(chart.layout).toMatchObject({
      xaxis: { title: { text: 'share of pairs' } },
      xaxis2: { title: { text: 'wins − losses, share' } },
      xaxis3: { title: { text: 'nats a response' } },
    });
  });

  it('draws every condition and every seed', () => {
    const panel = ofPanel('x');
    const means = panel.filter(({ error_x: bars }) => bars !== undefined);
    const seeds = panel.filter(({ error_x: bars, x }) => bars === undefined && x[0] !== null);
    expect(means.flatMap(({ x }) => x)).toHaveLength(12);
    expect(seeds.flatMap(({ x }) => x)).toHaveLength(59);
  });

  it('shows the means', () => {
    const rows = rowsOfCondition(experiment, { filter: 'none', noise: 'low' });
    const mean = rows.reduce((sum, { metrics }) => sum + (metrics['ppo.kl'] as number), 0) / rows.length;
    const low = ofPanel('x3').find(({ name, error_x: bars }) => name === 'low' && bars !== undefined);
    expect(low?.x[0]).toBeCloseTo(mean, 12);
  });

  it('names every colour once, in the order of the axis', () => {
    const legend = traces(chart).filter(({ showlegend }) => showlegend);
    expect(legend.map(({ name }) => name)).toEqual(['low', 'middle', 'high']);
  });

  it('draws an experiment with one condition by policy', () => {
    const rows = experiment.rows
      .filter(({ condition }) => condition === 'filter=both noise=low')
      .map((row) => ('error' in row ? row : { ...row, metrics: { ...row.metrics, 'dpo.kl': 2 } }));
    const metrics = ['ppo.kl', 'dpo.kl', 'ppo.winMinusLoss'];
    const single = conditionsChart({
      config: { ...experiment.config, axes: {}, baseline: {}, metrics },
      rows,
    });
    expect(single.layout).toMatchObject({
      yaxis: { ticktext: ['ppo', 'dpo'] },
      xaxis: { title: { text: 'nats a response' } },
      xaxis2: { title: { text: 'wins − losses, share' } },
    });
    const means = traces(single).filter(({ error_x: bars }) => bars !== undefined);
    expect(means.map(({ x }) => x.length)).toEqual([2, 1]);
  });
});

describe('differencesChart', () => {
  it('has all conditions but the baseline, open where 0 lies within the interval', () => {
    const chart = differencesChart(experiment) as Chart;
    const panel = traces(chart).filter(({ xaxis, x }) => xaxis === 'x' && x[0] !== null);
    expect(panel.flatMap(({ x }) => x)).toHaveLength(11);
    panel.forEach(({ x, error_x: bars, marker }) =>
      x.forEach((value, i) => {
        const low = (value as number) - (bars?.arrayminus[i] as number);
        const high = (value as number) + (bars?.array[i] as number);
        expect(marker.symbol[i]?.endsWith('-open')).toBe(low <= 0 && high >= 0);
      }),
    );
  });

  it('shows the same differences as the table', () => {
    const chart = differencesChart(experiment) as Chart;
    const { baseline } = experiment.config;
    const comparison = compareSettings(experiment, { filter: 'both' }, baseline, 'reward.goldAccuracy');
    const middle = traces(chart).find(
      ({ name, xaxis, x }) => name === 'middle' && xaxis === 'x' && x[0] !== null,
    );
    expect(middle?.x.at(-1)).toBe(comparison?.difference);
  });

  it('is left out where there is nothing but the baseline', () => {
    const config = { ...experiment.config, axes: {}, baseline: {} };
    expect(differencesChart({ config, rows: experiment.rows })).toBeUndefined();
  });
});
