/** Wins, ties and losses against the baseline, and wins minus losses with its interval. */
import { decimal, points } from '../../../number-text';
import type { PolicyResult } from '../../policies';
import { brokenName, chartName, neutral, outcomeColors, type Chart, type SeriesStyle } from '../theme';
import { errorBars, legendAbove, panelChart } from './panels';

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
  const results = compared.map(([, result]) => result);
  const names = compared.map(([name]) => brokenName(name));
  const colors = compared.map(([name]) => styles.get(name)?.color ?? neutral);
  // From the top down, and the same in both panels.
  const yaxis = { range: [compared.length - 0.5, -0.5], showgrid: false, type: 'category' };
  return panelChart(
    [
      {
        title: '',
        data: outcomes.map(([key, label, textColor]) => ({
          type: 'bar',
          orientation: 'h',
          name: label,
          y: names,
          x: results.map((result) => result[key]),
          text: results.map((result) => `${decimal(100 * result[key], 0)}%`),
          textposition: 'inside',
          insidetextanchor: 'middle',
          textangle: 0,
          textfont: { color: textColor },
          marker: { color: outcomeColors[label] },
          width: 0.56,
          hovertemplate: `%{y}: %{x:.1%} ${label}<extra></extra>`,
        })),
        xaxis: {
          title: { text: `share of comparisons with ${chartName(baseline)}` },
          range: [0, 1],
          tickformat: '.0%',
          showgrid: false,
        },
        yaxis,
      },
      {
        title: '',
        data: [
          {
            type: 'scatter',
            mode: 'markers',
            y: names,
            x: results.map(({ winMinusLoss }) => 100 * winMinusLoss),
            error_x: {
              ...errorBars(
                results.map(({ winMinusLoss, winMinusLossCi: [low, high] }) => ({
                  value: 100 * winMinusLoss,
                  ci: [100 * low, 100 * high],
                })),
              ),
              thickness: 2,
              width: 5,
              color: neutral,
            },
            marker: { color: colors, size: 11, symbol: 'diamond' },
            showlegend: false,
            text: results.map(({ winMinusLoss }) => points(winMinusLoss)),
            hovertemplate: '%{y}: %{text} points<extra></extra>',
          },
        ],
        xaxis: {
          title: { text: 'wins − losses (points, 95% interval)' },
          zeroline: true,
          zerolinewidth: 2,
          rangemode: 'tozero',
        },
        yaxis,
        sameRows: true,
      },
    ],
    2,
    {
      margin: { l: 110, r: 20, t: 40, b: 48 },
      barmode: 'stack',
      // A share whose bar is too small for it is seen on hovering.
      uniformtext: { mode: 'hide', minsize: 10 },
      legend: { ...legendAbove, traceorder: 'normal' },
    },
    32 + 52 * compared.length,
  );
}
