/** Wins, ties and losses against the baseline, and wins minus losses with its interval. */
import type { PolicyResult } from '../../policies';
import { chartText, neutral, outcomeColors, type Chart, type SeriesStyle } from '../theme';
import { errorBars, legendAbove } from './panels';

const outcomes = [
  ['wins', 'win', '#ffffff'],
  ['ties', 'tie', '#1d2229'],
  ['losses', 'loss', '#1d2229'],
] as const;

/** A bar a policy on the left, its advantage on the right; the baseline itself is left out. */
export function winTieLoss(
  policies: Readonly<Record<string, PolicyResult>>,
  baseline: string,
  styles: ReadonlyMap<string, SeriesStyle>,
): Chart {
  const compared = Object.entries(policies).filter(([name]) => name !== baseline);
  const names = compared.map(([name]) => chartText(name));
  const colors = compared.map(([name]) => styles.get(name)?.color ?? neutral);
  return {
    data: [
      ...outcomes.map(([key, label, textColor]) => ({
        type: 'bar',
        orientation: 'h',
        name: label,
        y: names,
        x: compared.map(([, result]) => result[key]),
        text: compared.map(([, result]) => (result[key] < 0.05 ? '' : `${(100 * result[key]).toFixed(0)}%`)),
        textposition: 'inside',
        insidetextanchor: 'middle',
        textfont: { color: textColor },
        constraintext: 'none',
        marker: { color: outcomeColors[label] },
        width: 0.56,
        hovertemplate: `%{y}: %{x:.1%} ${label}<extra></extra>`,
      })),
      {
        type: 'scatter',
        mode: 'markers',
        xaxis: 'x2',
        y: names,
        x: compared.map(([, { winMinusLoss }]) => 100 * winMinusLoss),
        error_x: {
          ...errorBars(
            compared.map(
              ([
                ,
                {
                  winMinusLoss,
                  winMinusLossCi: [low, high],
                },
              ]) => ({
                value: 100 * winMinusLoss,
                ci: [100 * low, 100 * high],
              }),
            ),
          ),
          thickness: 2,
          width: 5,
          color: neutral,
        },
        marker: { color: colors, size: 11, symbol: 'diamond' },
        showlegend: false,
        hovertemplate: '%{y}: %{x:+.1f} points<extra></extra>',
      },
    ],
    layout: {
      height: 120 + 52 * compared.length,
      margin: { l: 110, r: 20, t: 40, b: 48 },
      barmode: 'stack',
      legend: { ...legendAbove, traceorder: 'normal' },
      xaxis: {
        title: { text: `share of comparisons with ${chartText(baseline)}` },
        domain: [0, 0.6],
        range: [0, 1],
        tickformat: '.0%',
        showgrid: false,
      },
      xaxis2: {
        title: { text: 'wins − losses (points, 95% interval)' },
        domain: [0.67, 1],
        zeroline: true,
        zerolinewidth: 2,
        rangemode: 'tozero',
      },
      yaxis: { autorange: 'reversed', showgrid: false, type: 'category' },
    },
  };
}
