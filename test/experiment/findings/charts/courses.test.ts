import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../../../lib/experiment/experiment';
import { coursesChart } from '../../../../lib/experiment/findings/charts/courses';
import type { CurvePoint } from '../../../../lib/experiment/results';
import { sampleExperiment } from '../../sample-experiment';

/** One axis of two settings, two seeds; the courses given by setting and seed. */
function withCourses(courses: Readonly<Record<string, readonly (readonly CurvePoint[])[]>>): Experiment {
  const { config, rows } = sampleExperiment();
  const axes = { filter: { none: {}, both: {} } };
  const [row] = rows;
  return {
    config: { ...config, axes, baseline: { filter: 'none' } },
    rows: Object.entries(courses).flatMap(([filter, seeds]) =>
      seeds.map((ppo, seed) => ({
        ...(row as (typeof rows)[number]),
        config: { filter },
        seed,
        metrics: {},
        prompts: {},
        curves: { ppo },
        dataHash: '',
        seconds: 1,
      })),
    ),
  };
}

const point = (step: number, kl: number, proxy: number, gold: number): CurvePoint => ({
  step,
  kl,
  proxy,
  gold,
});

interface Trace {
  readonly mode: string;
  readonly name?: string;
  readonly xaxis: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

describe('coursesChart', () => {
  const experiment = withCourses({
    none: [
      [point(0, 0, 0, 0.5), point(5, 1, 1, 0.6), point(10, 4, 2, 0.5)],
      [point(0, 0, 0, 0.5), point(5, 4, 2, 0.7)],
    ],
    both: [[point(0, 0, 0, 0.5), point(5, 1, 1, 0.6)]],
  });
  const chart = coursesChart(experiment);
  const traces = (chart?.data ?? []) as unknown as readonly Trace[];

  it('has proxy and gold over √KL', () => {
    expect(chart?.layout).toMatchObject({
      xaxis: { title: { text: '√KL to the SFT model (√nat)' } },
      yaxis: { title: { text: 'score' } },
      yaxis2: { title: { text: 'gold' } },
    });
  });

  it('averages points over seeds, as far as all of them go', () => {
    const [proxy, gold] = traces.filter(({ name, mode }) => name === 'none' && mode === 'lines+markers');
    // √KL 1 and 2 at step 5: 1.5. Scores 1 and 2, gold 0.6 and 0.7.
    expect(proxy?.x).toEqual([0, 1.5]);
    expect(proxy?.y).toEqual([0, 1.5]);
    expect(gold?.y[1]).toBeCloseTo(0.65, 12);
  });

  it('has single seeds behind the mean of several, whole', () => {
    const faint = traces.filter(({ mode, xaxis }) => mode === 'lines' && xaxis === 'x');
    expect(faint.map(({ x }) => x)).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
  });

  it('leaves single seeds out where there are many courses', () => {
    const many = (coursesChart(sampleExperiment())?.data ?? []) as unknown as readonly Trace[];
    expect(many.filter(({ mode }) => mode === 'lines')).toEqual([]);
    expect(many).toHaveLength(24);
  });

  it('leaves points without gold out, and is nothing without points', () => {
    const broken = point(5, 1, 1, null as unknown as number);
    expect(coursesChart(withCourses({ none: [[broken]] }))).toBeUndefined();
    expect(coursesChart(withCourses({}))).toBeUndefined();
  });

  it('compares policies where there is one condition', () => {
    const { config, rows } = sampleExperiment();
    const single = rows
      .filter(({ condition }) => condition === 'filter=both noise=low')
      .map((row) =>
        'curves' in row ? { ...row, curves: { ...row.curves, grpo: row.curves?.['ppo'] ?? [] } } : row,
      );
    const drawn = coursesChart({ config: { ...config, axes: {}, baseline: {} }, rows: single });
    const names = ((drawn?.data ?? []) as unknown as readonly (Trace & { showlegend: boolean })[])
      .filter(({ showlegend }) => showlegend)
      .map(({ name }) => name);
    expect(names).toEqual(['ppo', 'grpo']);
  });
});
