/** Small multiples: several plots with their own axes in one chart. */
import type { Interval } from '../../../intervals';
import type { Chart } from '../theme';

export interface Panel {
  readonly title: string;
  /** Traces without axis references. */
  readonly data: Chart['data'];
  readonly xaxis: Readonly<Record<string, unknown>>;
  readonly yaxis: Readonly<Record<string, unknown>>;
}

/** Pixels of a row of panels and of the space above each, where its title stands. */
const rowHeight = 270;

/** Lays panels out in rows of `columns`. Plotly numbers axes x, x2, x3 … */
export function panelChart(panels: readonly Panel[], columns: number, layout: Chart['layout'] = {}): Chart {
  const rows = Math.ceil(panels.length / columns);
  const gapX = columns === 1 ? 0 : 0.11;
  const gapY = rows === 1 ? 0 : 0.34 / rows;
  const width = (1 - gapX * (columns - 1)) / columns;
  const height = (1 - gapY * (rows - 1)) / rows;
  const axes: Record<string, unknown> = {};
  const annotations = panels.map(({ title, xaxis, yaxis }, i) => {
    const left = (i % columns) * (width + gapX);
    const top = 1 - Math.floor(i / columns) * (height + gapY);
    const number = axisNumber(i);
    axes[`xaxis${number}`] = { ...xaxis, domain: [left, left + width], anchor: `y${number}` };
    axes[`yaxis${number}`] = {
      ...yaxis,
      domain: [Math.max(0, top - height), top],
      anchor: `x${number}`,
    };
    return {
      text: `<b>${title}</b>`,
      x: left,
      y: top,
      xref: 'paper',
      yref: 'paper',
      xanchor: 'left',
      yanchor: 'bottom',
      yshift: 6,
      showarrow: false,
      font: { size: 13 },
    };
  });
  return {
    data: panels.flatMap(({ data }, i) =>
      data.map((trace) => ({ ...trace, xaxis: `x${axisNumber(i)}`, yaxis: `y${axisNumber(i)}` })),
    ),
    layout: {
      height: rows * rowHeight + 90,
      margin: { l: 56, r: 16, t: 64, b: 48 },
      legend: legendAbove,
      annotations,
      ...axes,
      ...layout,
    },
  };
}

function axisNumber(index: number): string {
  return index === 0 ? '' : `${index + 1}`;
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

/** A legend in one row above the plots. */
export const legendAbove = {
  orientation: 'h',
  x: 0,
  xanchor: 'left',
  xref: 'paper',
  y: 1,
  yanchor: 'top',
  yref: 'container',
} as const;
