/** Small multiples: several plots with their own axes in one chart, below each other where there is little width. */
import type { Interval } from '../../../intervals';
import type { Chart } from '../theme';

export interface Panel {
  /** Markup of Plotly; empty: none. */
  readonly title: string;
  /** Traces without axis references. */
  readonly data: Chart['data'];
  readonly xaxis: Readonly<Record<string, unknown>>;
  readonly yaxis: Readonly<Record<string, unknown>>;
  /** Its rows are those of the panel before it; beside that one they need no names. */
  readonly sameRows?: boolean;
}

/** Pixels: height of a plot, of the title above it, of ticks and axis title between two plots. */
export const defaultPlotHeight = 232;
const titleHeight = 26;
const axisHeight = 62;
const defaultMargin = { l: 56, r: 16, t: 38, b: 48 };
/** Pixels of width that a column of panels needs. */
const columnWidth = 280;

/**
 * Lays panels out in rows of `columns`, and in one column where the chart is narrower than its columns need. Plotly numbers axes x, x2,
 * x3 …
 *
 * @param layout of the whole chart; a height that it does not give follows from `plotHeight`, in pixels.
 */
export function panelChart(
  panels: readonly Panel[],
  columns: number,
  layout: Chart['layout'] = {},
  plotHeight = defaultPlotHeight,
): Chart {
  const data = panels.flatMap(({ data: traces }, i) =>
    traces.map((trace) => ({ ...trace, xaxis: `x${axisNumber(i)}`, yaxis: `y${axisNumber(i)}` })),
  );
  const margin = { ...defaultMargin, ...(layout['margin'] as object | undefined) };
  const titleSpace = panels.some(({ title }) => title !== '') ? titleHeight : 0;
  const heightOf = (rows: number): number =>
    margin.t + margin.b + rows * (titleSpace + plotHeight) + (rows - 1) * axisHeight;
  const height = Number(layout['height'] ?? heightOf(Math.ceil(panels.length / columns)));
  const innerHeight = height - margin.t - margin.b;
  const common = { legend: legendAbove, ...layout, margin };
  const wide = { ...common, height, ...arranged(panels, columns, innerHeight, titleSpace) };
  if (columns === 1) return { data, layout: wide };
  const stacked = heightOf(panels.length) - margin.t - margin.b;
  return {
    data,
    layout: wide,
    narrow: {
      below: columnWidth * columns,
      layout: {
        height: margin.t + margin.b + stacked + legendGrowth(data),
        ...arranged(panels, 1, stacked, titleSpace),
      },
    },
  };
}

/** Places of axes and titles, as fractions of the space inside the margins, whose height is given in pixels. */
function arranged(
  panels: readonly Panel[],
  columns: number,
  innerHeight: number,
  titleSpace: number,
): Readonly<Record<string, unknown>> {
  const rows = Math.ceil(panels.length / columns);
  const gap = columns === 1 ? 0 : 0.11;
  const width = (1 - gap * (columns - 1)) / columns;
  const pitch = (innerHeight + axisHeight) / rows;
  const axes: Record<string, unknown> = {};
  const titles = panels.map(({ title, xaxis, yaxis, sameRows = false }, i) => {
    const column = i % columns;
    const left = column * (width + gap);
    const down = Math.floor(i / columns) * pitch;
    const at = (pixels: number): number => Math.max(0, 1 - pixels / innerHeight);
    const number = axisNumber(i);
    axes[`xaxis${number}`] = { ...xaxis, domain: [left, left + width], anchor: `y${number}` };
    axes[`yaxis${number}`] = {
      ...yaxis,
      ...(sameRows && column > 0 && { title: undefined, showticklabels: false }),
      domain: [at(down + pitch - axisHeight), at(down + titleSpace)],
      anchor: `x${number}`,
    };
    return {
      text: `<b>${title}</b>`,
      x: left,
      y: at(down),
      xref: 'paper',
      yref: 'paper',
      xanchor: 'left',
      yanchor: 'top',
      showarrow: false,
      font: { size: 13 },
    };
  });
  return { ...axes, annotations: titles.filter((_, i) => panels[i]?.title !== '') };
}

function axisNumber(index: number): string {
  return index === 0 ? '' : `${index + 1}`;
}

/** Pixels that the legend is higher in a narrow chart: there its lines are about 270 pixels wide. */
function legendGrowth(data: Chart['data']): number {
  const names = new Set(
    data.flatMap(({ name, showlegend }) => (typeof name === 'string' && showlegend !== false ? [name] : [])),
  );
  const width = [...names].reduce((sum, name) => sum + 45 + 7 * name.length, 0);
  return 19 * Math.max(0, Math.ceil(width / 270) - 1);
}

/** Error bars of values from their intervals, none where there is no interval. */
export function errorBars(
  points: readonly { readonly value: number; readonly ci: Interval | null | undefined }[],
): Readonly<Record<string, unknown>> {
  return {
    type: 'data',
    symmetric: false,
    array: points.map(({ value, ci }) => (ci?.[1] ?? value) - value),
    arrayminus: points.map(({ value, ci }) => value - (ci?.[0] ?? value)),
  };
}

/** A legend in rows above the plots. */
export const legendAbove = {
  orientation: 'h',
  x: 0,
  xanchor: 'left',
  xref: 'paper',
  y: 1,
  yanchor: 'top',
  yref: 'container',
} as const;
