/** Score against length, one panel a reward model: a plain one likes long answers, a debiased one should not. */
import { extent } from 'simple-statistics';
import { signed } from '../../../number-text';
import { lengthTrend, type LengthPoint, type LengthTrend } from '../../length-trend';
import { chartName, neutral, qualityScale, type Chart } from '../theme';
import { panelChart } from './panels';

export interface ScoreLengthPanel {
  /** Of the reward model. */
  readonly name: string;
  readonly points: readonly LengthPoint[];
}

/** Pixels of width that the scale takes and the titles beside it need. */
const scaleWidth = 160;

/** A point a response, coloured by gold quality where it is known; title and line say the same of score and length ({@link lengthTrend}). */
export function scoreLength(panels: readonly ScoreLengthPanel[]): Chart {
  const gold = panels.every(({ points }) => points.every((point) => point.gold !== undefined));
  const chart = panelChart(
    panels.map(({ name, points }) => {
      const trend = lengthTrend(points);
      return {
        title: `${chartName(name)}${trend === undefined ? '' : `: ${correlationText(trend)}`}`,
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
          ...(trend === undefined ? [] : [trendLine(points, trend)]),
        ],
        xaxis: { title: { text: 'response length (tokens)' }, rangemode: 'tozero' },
        yaxis: { title: { text: 'score' } },
      };
    }),
    Math.min(2, panels.length),
    {
      margin: { t: 14 },
      ...(gold && { coloraxis: { colorscale: qualityScale, colorbar: colorbar('v') } }),
    },
  );
  const { narrow } = chart;
  if (!gold || narrow === undefined) return chart;
  // Beside one column of panels the scale would take a quarter of its width.
  const layout = {
    ...narrow.layout,
    height: Number(narrow.layout['height']) + 60,
    margin: { l: 56, r: 16, t: 74, b: 48 },
    coloraxis: { colorscale: qualityScale, colorbar: colorbar('h') },
  };
  return { ...chart, narrow: { below: narrow.below + scaleWidth, layout } };
}

function correlationText({ correlation, atEqualQuality }: LengthTrend): string {
  return `r = ${signed(correlation, 2)} ${atEqualQuality ? 'at equal quality' : 'over all answers'}`;
}

function colorbar(orientation: 'h' | 'v'): Readonly<Record<string, unknown>> {
  return {
    title: { text: 'gold', side: orientation === 'h' ? 'top' : 'right' },
    thickness: 10,
    outlinewidth: 0,
    ...(orientation === 'h' && { orientation, y: 1, yref: 'container', yanchor: 'top', len: 0.9 }),
  };
}

function trendLine(
  points: ScoreLengthPanel['points'],
  { slope, intercept }: LengthTrend,
): Chart['data'][number] {
  const ends = extent(points.map(({ tokens }) => tokens));
  return {
    type: 'scatter',
    mode: 'lines',
    x: ends,
    y: ends.map((tokens) => intercept + slope * tokens),
    line: { color: '#159a86', width: 2.5 },
    showlegend: false,
    hoverinfo: 'skip',
  };
}
