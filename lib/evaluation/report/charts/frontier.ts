/** KL–reward frontier: proxy and gold over the root of the divergence, for policies and for best-of-n. */
import { max } from 'simple-statistics';
import type { FrontierPoint } from '../../frontier';
import { chartName, neutral, type Chart, type SeriesStyle } from '../theme';
import { panelChart, type Panel } from './panels';

export interface FrontierCurve {
  /** Of a policy, or `best-of-n`. */
  readonly name: string;
  readonly points: readonly FrontierPoint[];
}

/** Two panels with one x axis: score and gold (left out where it is not known). */
export function frontierChart(
  curves: readonly FrontierCurve[],
  styles: ReadonlyMap<string, SeriesStyle>,
): Chart {
  const furthest = max([0.1, ...curves.flatMap(({ points }) => points.map(({ sqrtKl }) => sqrtKl))]);
  const panel = (
    title: string,
    unit: string,
    value: (point: FrontierPoint) => number | undefined,
  ): Panel => ({
    title,
    data: curves.map(({ name, points }) => trace(name, points, value, styles, title.startsWith('Proxy'))),
    xaxis: { title: { text: '√KL to the SFT model (√nat)' }, range: [-0.04 * furthest, 1.05 * furthest] },
    yaxis: { title: { text: unit } },
  });
  const panels = [panel('Proxy: score of the reward model', 'score', (point) => point.proxy)];
  if (curves.some(({ points }) => points.some((point) => point.gold !== undefined))) {
    panels.push(panel('Gold', 'gold', (point) => point.gold));
  }
  return panelChart(panels, panels.length);
}

function trace(
  name: string,
  points: readonly FrontierPoint[],
  value: (point: FrontierPoint) => number | undefined,
  styles: ReadonlyMap<string, SeriesStyle>,
  showlegend: boolean,
): Panel['data'][number] {
  const { color, symbol, dash } = styles.get(name) ?? { color: neutral, symbol: 'circle', dash: 'dot' };
  return {
    type: 'scatter',
    mode: points.length > 1 ? 'lines+markers' : 'markers',
    name: chartName(name),
    legendgroup: chartName(name),
    showlegend,
    x: points.map(({ sqrtKl }) => sqrtKl),
    y: points.map((point) => value(point) ?? null),
    line: { color, dash, width: 2 },
    marker: { color, symbol, size: points.length > 1 ? 6.5 : 11 },
    customdata: points.map(({ kl, step }) => [kl, step === undefined ? '' : `, step ${Math.round(step)}`]),
    hovertemplate: `%{y:.3f} at KL %{customdata[0]:.2f} nats%{customdata[1]}<extra>${chartName(name)}</extra>`,
  };
}
