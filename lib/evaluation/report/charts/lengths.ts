/** Length of responses by policy. */
import { max, mean } from 'simple-statistics';
import { decimal } from '../../../number-text';
import { histogram } from '../../lengths';
import { chartName, translucent, type Chart, type SeriesStyle } from '../theme';
import { legendAbove } from './panels';

const bins = 20;

/** A histogram a policy, drawn as steps; dotted lines mark the means. */
export function lengthChart(
  rows: readonly { readonly policy: string; readonly tokens: number }[],
  styles: ReadonlyMap<string, SeriesStyle>,
): Chart {
  const longest = max([1, ...rows.map(({ tokens }) => tokens)]);
  const series = [...styles].flatMap(([policy, style]) => {
    const tokens = rows.filter((row) => row.policy === policy).map((row) => row.tokens);
    return tokens.length === 0 ? [] : [{ policy, tokens, ...style }];
  });
  return {
    data: series.map(({ policy, tokens, color, dash }) => {
      const { edges, counts } = histogram(tokens, 0, longest, bins);
      return {
        type: 'scatter',
        mode: 'lines',
        name: `${chartName(policy)} (${decimal(mean(tokens), 1)})`,
        x: edges,
        y: [...counts, 0].map((count) => count / tokens.length),
        line: { color, dash, width: 2, shape: 'hv' },
        fill: 'tozeroy',
        fillcolor: translucent(color, 0.08),
        hovertemplate: `%{y:.1%} from %{x:.0f} tokens<extra>${chartName(policy)}</extra>`,
      };
    }),
    layout: {
      height: 340,
      margin: { l: 56, r: 16, t: 40, b: 48 },
      legend: legendAbove,
      shapes: series.map(({ tokens, color }) => ({
        type: 'line',
        x0: mean(tokens),
        x1: mean(tokens),
        y0: 0,
        y1: 1,
        yref: 'paper',
        line: { color, width: 1.5, dash: 'dot' },
      })),
      xaxis: { title: { text: 'response length (tokens)' }, rangemode: 'tozero' },
      yaxis: { title: { text: 'share of responses' }, tickformat: '.0%', rangemode: 'tozero' },
    },
  };
}
