/** Bars by category, a colour a series. */
import { legendAbove } from '../../evaluation/report/charts/panels';
import { chartName, seriesStyles, type Chart } from '../../evaluation/report/theme';

/** Values by category. */
export type Bars = Readonly<Record<string, number>>;

/**
 * A group of bars a category, a bar a series.
 *
 * @param valueTitle of the axis of values, with its unit.
 */
export function barChart(series: Readonly<Record<string, Bars>>, valueTitle: string): Chart {
  const categories = [...new Set(Object.values(series).flatMap((bars) => Object.keys(bars)))];
  const styles = seriesStyles(Object.keys(series));
  return {
    data: Object.entries(series).map(([name, bars]) => ({
      type: 'bar',
      name: chartName(name),
      x: categories.map(chartName),
      y: categories.map((category) => bars[category] ?? null),
      marker: { color: styles.get(name)?.color },
      hovertemplate: `%{x}: %{y:.4g}<extra>${chartName(name)}</extra>`,
    })),
    layout: {
      height: 320,
      margin: { l: 56, r: 16, t: 40, b: 48 },
      barmode: 'group',
      bargap: 0.3,
      bargroupgap: 0.08,
      legend: legendAbove,
      showlegend: Object.keys(series).length > 1,
      xaxis: { type: 'category', showgrid: false },
      yaxis: { title: { text: valueTitle } },
    },
  };
}
