/** How a score is spread over responses, by policy and by task. */
import { quantileSorted } from 'simple-statistics';
import { brokenName, chartName, translucent, type Chart, type SeriesStyle } from '../theme';
import { legendAbove } from './panels';

export interface PolicyScore {
  readonly policy: string;
  readonly task?: string;
  readonly score: number;
}

/** One density a policy, first policy on top. */
export function scoreDistributions(
  rows: readonly PolicyScore[],
  styles: ReadonlyMap<string, SeriesStyle>,
  scoreName: string,
): Chart {
  const policies = policiesOf(rows, styles);
  return {
    data: policies.map(([policy, { color }]) => ({
      type: 'violin',
      orientation: 'h',
      // The axis points down, so that the first policy is on top; the shapes still rise.
      side: 'negative',
      width: 1.7,
      name: chartName(policy),
      x: rows.filter((row) => row.policy === policy).map((row) => row.score),
      y0: brokenName(policy),
      points: false,
      meanline: { visible: true },
      spanmode: 'hard',
      line: { color, width: 1.6 },
      fillcolor: translucent(color, 0.22),
      showlegend: false,
      hoveron: 'violins',
      hoverinfo: 'x+name',
    })),
    layout: {
      height: 130 + 84 * policies.length,
      margin: { l: 90, r: 16, t: 20, b: 48 },
      xaxis: { title: { text: scoreName }, zeroline: true },
      yaxis: { autorange: 'reversed', showgrid: true },
      violingap: 0,
    },
  };
}

/** Median and quartiles by task, one mark a policy. */
export function scoresByTask(
  rows: readonly PolicyScore[],
  styles: ReadonlyMap<string, SeriesStyle>,
  scoreName: string,
): Chart {
  const tasks = [...new Set(rows.map(taskOf))].sort();
  const policies = policiesOf(rows, styles);
  return {
    data: policies.map(([policy, { color, symbol }]) => {
      const quartiles = tasks.map((task) => {
        const scores = rows
          .filter((row) => row.policy === policy && taskOf(row) === task)
          .map((row) => row.score)
          .sort((a, b) => a - b);
        return scores.length === 0 ? [null, 0, 0] : [0.5, 0.25, 0.75].map((q) => quantileSorted(scores, q));
      }) as [number | null, number, number][];
      return {
        type: 'scatter',
        mode: 'markers',
        orientation: 'h',
        name: chartName(policy),
        y: tasks.map(chartName),
        x: quartiles.map(([median]) => median),
        error_x: {
          type: 'data',
          symmetric: false,
          array: quartiles.map(([median, , upper]) => upper - (median ?? 0)),
          arrayminus: quartiles.map(([median, lower]) => (median ?? 0) - lower),
          thickness: 2,
          width: 0,
          color: translucent(color, 0.55),
        },
        marker: { color, symbol, size: 8 },
        hovertemplate: `%{y}: median %{x:.3f}<extra>${chartName(policy)}</extra>`,
      };
    }),
    layout: {
      height: 144 + tasks.length * (14 + 11 * policies.length),
      margin: { l: 110, r: 16, t: 40, b: 62 },
      scattermode: 'group',
      scattergap: 0.35,
      legend: legendAbove,
      xaxis: { title: { text: `${scoreName}<br>(median and quartiles)` }, zeroline: true },
      yaxis: { autorange: 'reversed', type: 'category' },
    },
  };
}

function policiesOf(
  rows: readonly PolicyScore[],
  styles: ReadonlyMap<string, SeriesStyle>,
): [string, SeriesStyle][] {
  const present = new Set(rows.map((row) => row.policy));
  return [...styles].filter(([policy]) => present.has(policy));
}

function taskOf({ task }: PolicyScore): string {
  return task ?? 'other';
}
