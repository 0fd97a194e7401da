/** Conditions as dots with intervals: what each measured, and how far each is from the baseline. */
import { errorBars, legendAbove, panelChart, type Panel } from '../../../evaluation/report/charts/panels';
import { chartText, type Chart } from '../../../evaluation/report/theme';
import type { Interval } from '../../../intervals';
import { compareSettings, isBaseline, rowsOfCondition, type Experiment } from '../../experiment';
import { unitOf } from '../metric-units';
import { estimateMean, metricValues } from '../../statistics/compare-conditions';
import { namedOnce } from './legend';
import { conditionRows, namedRows, type ChartRow, type ChartRows } from './rows';

/** The most panels of a chart, side by side. */
const mostPanels = 3;

/** What stands on a row of a panel. */
interface Mark {
  readonly row: ChartRow;
  readonly mean: number;
  readonly ci: Interval | null;
  /** One a seed. */
  readonly seeds: readonly number[];
  /** Drawn as an outline. */
  readonly isOpen?: boolean;
}

/** Means over seeds with 95% intervals and the single seeds: a panel for each of the first metrics, one row per condition. */
export function conditionsChart(experiment: Experiment): Chart {
  const { config } = experiment;
  if (Object.keys(config.axes).length === 0) return measuresChart(experiment);
  const rows = conditionRows(config);
  const panels = config.metrics.slice(0, mostPanels).map((metric) =>
    panel(
      metric,
      unitOf(metric),
      rows,
      rows.rows.flatMap((row) => mark(row, experiment, metric)),
    ),
  );
  return rowChart(panels, rows);
}

/** Of an experiment with one condition: a panel for each of the first kinds of metric, a row for each policy (or other measure) that has it. */
function measuresChart(experiment: Experiment): Chart {
  const metrics = experiment.config.metrics.map((name) => {
    const [measure = name, ...what] = name.split('.');
    return { name, measure, what: what.join('.') };
  });
  const rows = namedRows([...new Set(metrics.map(({ measure }) => measure))]);
  const kinds = [...new Set(metrics.map(({ what }) => what))].slice(0, mostPanels);
  const panels = kinds.map((kind) =>
    panel(
      kind,
      unitOf(`any.${kind}`),
      rows,
      rows.rows.flatMap((row) => {
        const metric = metrics.find(({ measure, what }) => measure === row.group && what === kind);
        return metric === undefined ? [] : mark(row, experiment, metric.name);
      }),
    ),
  );
  return rowChart(panels, rows);
}

function mark(row: ChartRow, experiment: Experiment, metric: string): Mark[] {
  const seeds = metricValues(rowsOfCondition(experiment, row.settings), metric);
  const estimate = estimateMean(seeds);
  return estimate === undefined ? [] : [{ row, ...estimate, seeds }];
}

/** Paired differences to the baseline with 95% intervals; undefined where there is nothing but the baseline. Open: 0 lies within. */
export function differencesChart(experiment: Experiment): Chart | undefined {
  const { config } = experiment;
  const rows = conditionRows(config);
  const others = rows.rows.filter(({ settings }) => !isBaseline(config, settings));
  if (others.length === 0) return undefined;
  const panels = config.metrics.slice(0, mostPanels).map((metric) => {
    const marks = others.flatMap((row): Mark[] => {
      const comparison = compareSettings(experiment, row.settings, config.baseline, metric);
      if (comparison === undefined) return [];
      const { difference, ci } = comparison;
      const isOpen = ci === null || (ci[0] <= 0 && ci[1] >= 0);
      return [{ row, mean: difference, ci, seeds: [], isOpen }];
    });
    const { data, xaxis, ...rest } = panel(metric, `${unitOf(metric)}, difference`, rows, marks);
    return { ...rest, data, xaxis: { ...xaxis, zeroline: true, zerolinewidth: 2, rangemode: 'tozero' } };
  });
  return rowChart(panels, rows);
}

function panel(
  title: string,
  unit: string,
  { yaxis, series, legendTitle }: ChartRows,
  marks: readonly Mark[],
): Panel {
  return {
    title: chartText(title),
    data: series.flatMap((name) => {
      const own = marks.filter(({ row }) => row.series === name);
      if (own.length === 0) return [];
      const dots = own.some(({ seeds }) => seeds.length > 0) ? [seedDots(own)] : [];
      return [...dots, means(name, own), ...(legendTitle === undefined ? [] : [legendEntry(name, own)])];
    }),
    xaxis: { title: { text: chartText(unit) }, nticks: 5, zeroline: false },
    yaxis,
  };
}

/** Single seeds, small and a little below the mean. */
function seedDots(marks: readonly Mark[]): Panel['data'][number] {
  const dots = marks.flatMap(({ row, seeds }) => seeds.map((value) => ({ row, value })));
  return {
    type: 'scatter',
    mode: 'markers',
    x: dots.map(({ value }) => value),
    y: dots.map(({ row }) => row.y + 0.32),
    marker: { color: marks[0]?.row.style.color, symbol: 'circle', size: 4, opacity: 0.55 },
    showlegend: false,
    text: dots.map(({ row }) => chartText(row.label)),
    hovertemplate: '%{x:.4g}<extra>%{text}, a seed</extra>',
  };
}

function means(name: string, marks: readonly Mark[]): Panel['data'][number] {
  const { color, symbol } = (marks[0] as Mark).row.style;
  return {
    type: 'scatter',
    mode: 'markers',
    name: chartText(name),
    legendgroup: chartText(name),
    showlegend: false,
    x: marks.map(({ mean }) => mean),
    y: marks.map(({ row }) => row.y - 0.08),
    error_x: {
      ...errorBars(marks.map(({ mean: value, ci }) => ({ value, ci }))),
      color,
      thickness: 1.8,
      width: 4,
    },
    marker: { color, symbol: marks.map(({ isOpen }) => `${symbol}${isOpen ? '-open' : ''}`), size: 9 },
    text: marks.map(({ row }) => chartText(row.label)),
    customdata: marks.map(({ ci }) => ci ?? ['–', '–']),
    hovertemplate: '%{x:.4g} [%{customdata[0]:.4g}, %{customdata[1]:.4g}]<extra>%{text}</extra>',
  };
}

/** A mark for the legend alone: of a trace it would show whatever its first mark looks like. */
function legendEntry(name: string, marks: readonly Mark[]): Panel['data'][number] {
  const { color, symbol } = (marks[0] as Mark).row.style;
  return {
    type: 'scatter',
    mode: 'markers',
    name: chartText(name),
    legendgroup: chartText(name),
    showlegend: true,
    x: [null],
    y: [null],
    marker: { color, symbol, size: 9 },
    hoverinfo: 'skip',
  };
}

/** Panels beside each other that share the names of their rows; the legend names each colour once. */
function rowChart(panels: readonly Panel[], { height, legendTitle }: ChartRows): Chart {
  const shown = namedOnce(panels).map((one) => ({ ...one, sameRows: true }));
  const layout = {
    margin: { t: legendTitle === undefined ? 22 : 52, b: 52 },
    legend: {
      ...legendAbove,
      traceorder: 'normal',
      ...(legendTitle !== undefined && { title: { text: `${chartText(legendTitle)}: ` } }),
    },
  };
  return panelChart(shown, panels.length, layout, Math.round(height));
}
