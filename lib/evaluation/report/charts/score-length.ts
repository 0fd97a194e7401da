/** Score against length, one panel a reward model: a plain one likes long answers, a debiased one should not. */
import { extent, linearRegression, linearRegressionLine } from 'simple-statistics';
import { chartText, neutral, qualityScale, type Chart } from '../theme';
import { panelChart } from './panels';

export interface ScoreLengthPanel {
  /** Of the reward model. */
  readonly name: string;
  readonly points: readonly { readonly tokens: number; readonly score: number; readonly gold?: number }[];
  /** Correlation of score and length among responses of equal gold quality. */
  readonly correlation?: number;
}

/** A point a response, coloured by gold quality where it is known, with the least-squares line. */
export function scoreLength(panels: readonly ScoreLengthPanel[]): Chart {
  const gold = panels.every(({ points }) => points.every((point) => point.gold !== undefined));
  const chart = panelChart(
    panels.map(({ name, points, correlation }) => ({
      title: `${chartText(name)}${correlation === undefined ? '' : `: r = ${correlation.toFixed(2)} at equal quality`}`,
      data: [
        {
          type: 'scatter',
          mode: 'markers',
          x: points.map(({ tokens }) => tokens),
          y: points.map(({ score }) => score),
          marker: {
            size: 5.5,
            opacity: 0.6,
            ...(gold
              ? { color: points.map((point) => point.gold), coloraxis: 'coloraxis' }
              : { color: neutral }),
          },
          showlegend: false,
          hovertemplate: gold
            ? '%{x} tokens, score %{y:.2f}, gold %{marker.color:.2f}<extra></extra>'
            : '%{x} tokens, score %{y:.2f}<extra></extra>',
        },
        trendLine(points),
      ],
      xaxis: { title: { text: 'response length (tokens)' }, rangemode: 'tozero' },
      yaxis: { title: { text: 'score' } },
    })),
    Math.min(2, panels.length),
  );
  return {
    data: chart.data,
    layout: {
      ...chart.layout,
      margin: { l: 56, r: 16, t: 40, b: 48 },
      ...(gold && {
        coloraxis: {
          colorscale: qualityScale,
          colorbar: { title: { text: 'gold', side: 'top' }, thickness: 10, outlinewidth: 0 },
        },
      }),
    },
  };
}

function trendLine(points: ScoreLengthPanel['points']): Chart['data'][number] {
  const line = linearRegressionLine(linearRegression(points.map(({ tokens, score }) => [tokens, score])));
  const ends = points.length < 2 ? [] : extent(points.map(({ tokens }) => tokens));
  return {
    type: 'scatter',
    mode: 'lines',
    x: ends,
    y: ends.map(line),
    line: { color: '#159a86', width: 2.5 },
    showlegend: false,
    hoverinfo: 'skip',
  };
}
