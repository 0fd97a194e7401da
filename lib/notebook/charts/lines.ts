/** Lines over an axis of numbers. */
import { errorBars, legendAbove } from '../../evaluation/report/charts/panels';
import {
  chartName,
  seriesStyles,
  translucent,
  type Chart,
  type SeriesStyle,
} from '../../evaluation/report/theme';
import type { Interval } from '../../intervals';

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** 95%, say. */
  readonly interval?: Interval;
}

export interface AxisTitles {
  /** With their units. */
  readonly x: string;
  readonly y: string;
}

/** A line a series, with error bars where points have intervals. Series without points are left out. */
export function lineChart(series: Readonly<Record<string, readonly LinePoint[]>>, titles: AxisTitles): Chart {
  const styles = seriesStyles(Object.keys(series));
  return {
    data: Object.entries(series)
      .filter(([, points]) => points.length > 0)
      .map(([name, points]) => {
        const { color, symbol, dash } = styles.get(name) as SeriesStyle;
        return {
          type: 'scatter',
          mode: points.length > 60 ? 'lines' : 'lines+markers',
          name: chartName(name),
          x: points.map(({ x }) => x),
          y: points.map(({ y }) => y),
          ...(points.some(({ interval }) => interval !== undefined) && {
            error_y: {
              ...errorBars(points.map(({ y, interval }) => ({ value: y, ci: interval }))),
              color: translucent(color, 0.5),
              thickness: 1.5,
              width: 0,
            },
          }),
          line: { color, dash, width: 2 },
          marker: { color, symbol, size: 6.5 },
          hovertemplate: `%{x}: %{y:.4g}<extra>${chartName(name)}</extra>`,
        };
      }),
    layout: {
      height: 340,
      margin: { l: 56, r: 16, t: 40, b: 48 },
      legend: legendAbove,
      showlegend: Object.keys(series).length > 1,
      xaxis: { title: { text: titles.x } },
      yaxis: { title: { text: titles.y } },
    },
  };
}
