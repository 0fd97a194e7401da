/** Forgetting probes by task and policy. */
import type { ProbeResult } from '../../../probes/pass-rates';
import { chartName, neutral, type Chart, type SeriesStyle } from '../theme';
import { errorBars, legendAbove } from './panels';

/** Results by policy, then by task. */
export type ProbesByPolicy = Readonly<Record<string, Readonly<Record<string, ProbeResult>>>>;

/** A group of bars a task, one bar a policy, with 95% intervals. */
export function probeChart(probes: ProbesByPolicy, styles: ReadonlyMap<string, SeriesStyle>): Chart {
  const tasks = [...new Set(Object.values(probes).flatMap((results) => Object.keys(results)))];
  return {
    data: Object.entries(probes).map(([policy, byTask]) => {
      const results = tasks.map((task) => byTask[task]);
      return {
        type: 'bar',
        name: chartName(policy),
        x: tasks.map(chartName),
        y: results.map((result) => result?.passRate ?? null),
        error_y: errorBars(
          results.map((result) => ({ value: result?.passRate ?? 0, ci: result?.passRateCi })),
        ),
        marker: { color: styles.get(policy)?.color ?? neutral },
        customdata: results.map((result) => result?.prompts ?? 0),
        hovertemplate: `%{x}: %{y:.1%} of %{customdata} prompts<extra>${chartName(policy)}</extra>`,
      };
    }),
    layout: {
      height: 340,
      margin: { l: 56, r: 16, t: 40, b: 48 },
      barmode: 'group',
      bargap: 0.28,
      bargroupgap: 0.08,
      legend: legendAbove,
      xaxis: { type: 'category', showgrid: false },
      yaxis: { title: { text: 'responses that pass' }, range: [0, 1.05], tickformat: '.0%' },
    },
  };
}
