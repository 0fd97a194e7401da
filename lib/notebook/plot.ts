/** Charts in notebooks: Plotly charts with the look of the report. */
import { plotlyTemplate, type Chart } from '../evaluation/report/theme';
import { display } from './cell-output';

/** Drawn in the width of the cell; the buttons above a chart save it and take zooming back. */
const config = {
  responsive: true,
  displaylogo: false,
  modeBarButtons: [['toImage', 'resetScale2d']],
} as const;

/**
 * Draws a chart below the cell that runs, with colours that read on light and on dark ground. Outside of a notebook
 * nothing can be drawn; a line on stdout says what the chart would show.
 *
 * @example
 * ```ts
 * import { charts, plot, readMetrics } from 'rlhf-kit';
 *
 * const rows = await readMetrics('runs/start/dpo');
 * const points = rows.flatMap(({ step, loss }) => (loss === undefined ? [] : [{ x: step, y: loss }]));
 * plot(charts.lineChart({ dpo: points }, { x: 'step', y: 'loss (nats)' }));
 * ```
 */
export function plot(chart: Chart): void {
  const { data, layout, narrow } = chart;
  const themed = {
    data,
    layout: { ...layout, template: plotlyTemplate('either') },
    config,
    // For the kit's pages; JupyterLab has no narrow cells.
    ...(narrow !== undefined && { narrow }),
  };
  display({
    'application/vnd.plotly.v1+json': plainNumbers(themed) as object,
    'text/plain': `Chart (drawn in notebooks): ${summary(chart)}`,
  });
}

/** What a chart shows, for those who cannot see it: its axes and its series. */
function summary({ data, layout }: Chart): string {
  const axes = ['y', 'x'].flatMap((letter) => {
    const titles = Object.entries(layout)
      .filter(([key]) => key.startsWith(`${letter}axis`))
      .flatMap(([, axis]) => (axis as { title?: { text?: string } }).title?.text ?? []);
    return titles.length === 0 ? [] : [[...new Set(titles)].join(', ')];
  });
  const names = new Set(data.flatMap(({ name }) => (typeof name === 'string' ? [name] : [])));
  return [axes.join(' against '), [...names].join(', ')].filter((part) => part !== '').join('; ');
}

/** JSON as notebooks keep it: arrays for typed arrays, five significant digits, null for what is no number. */
function plainNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? Number(value.toPrecision(5)) : null;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array, plainNumbers);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plainNumbers(entry)]));
}
