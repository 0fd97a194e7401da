/** The rows of a chart of conditions: where each condition stands, and what colour it has. */
import { chartText, seriesStyles, type SeriesStyle } from '../../../evaluation/report/theme';
import type { ExperimentConfig } from '../../config';
import { settingsOfConditions } from '../../conditions';
import { isBaseline } from '../../experiment';

/** A condition, or one policy of the only condition, on a line of its own. */
export interface ChartRow {
  readonly settings: Readonly<Record<string, string>>;
  /** All that sets it apart, for hover texts. */
  readonly label: string;
  /** What the axis says for it and its neighbours of other colour. */
  readonly group: string;
  readonly series: string;
  readonly style: SeriesStyle;
  /** Place on the y axis, from above. */
  readonly y: number;
}

export interface ChartRows {
  readonly rows: readonly ChartRow[];
  /** The y axis, with the groups' names. */
  readonly yaxis: Readonly<Record<string, unknown>>;
  /** In the order of the legend. */
  readonly series: readonly string[];
  /** What the colours are; undefined where they need no legend. */
  readonly legendTitle: string | undefined;
  /** Pixels that the rows need. */
  readonly height: number;
}

/** Free space between groups, in rows: where a group is one row, and where it has several. */
const groupGap = { one: 0.15, several: 0.7 };
const rowPixels = 22;

/** Series of charts whose colours need no legend. */
const [baseline, other] = ['baseline', 'other'];

/**
 * Conditions one below the other, grouped by all axes but the second, which has the colours. Where there is one axis, or none, the
 * baseline is grey and all others have one colour.
 */
export function conditionRows(config: ExperimentConfig): ChartRows {
  const [first, second, ...others] = Object.keys(config.axes);
  const conditions = settingsOfConditions(config);
  if (second === undefined) {
    const rows = conditions.map((settings) => ({
      settings,
      group: first === undefined ? config.title : (settings[first] as string),
      series: isBaseline(config, settings) ? baseline : other,
    }));
    return chartRows(rows, [baseline, other], { axisTitle: first ?? '' });
  }
  const grouping = [first as string, ...others];
  const rows = conditions.map((settings) => ({
    settings,
    group: grouping.map((axis) => settings[axis] as string).join(', '),
    series: settings[second] as string,
  }));
  const base = config.baseline[second] as string;
  const series = Object.keys(config.axes[second] ?? {});
  const byColor = [base, ...series.filter((name) => name !== base)];
  const titles = { axisTitle: grouping.join(', '), legendTitle: second };
  return { ...chartRows(inGroups(rows), byColor, titles), series };
}

/** Names one below the other, in one colour. */
export function namedRows(names: readonly string[]): ChartRows {
  const rows = names.map((name) => ({ settings: {}, group: name, series: other }));
  return chartRows(rows, [baseline, other], { axisTitle: '' });
}

type Placed = Pick<ChartRow, 'settings' | 'group' | 'series'>;

/** Members of a group stand together, groups in the order of their first members. */
function inGroups(rows: readonly Placed[]): Placed[] {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups.flatMap((group) => rows.filter((row) => row.group === group));
}

/** @param series in the order of their colours; the first is grey. */
function chartRows(
  rows: readonly Placed[],
  series: readonly string[],
  { axisTitle, legendTitle }: { readonly axisTitle: string; readonly legendTitle?: string },
): ChartRows {
  const styles = seriesStyles(series);
  const groups = [...new Set(rows.map(({ group }) => group))];
  const gap = groups.length === rows.length ? groupGap.one : groupGap.several;
  const placed = rows.map((row, i) => ({
    ...row,
    label: legendTitle === undefined ? row.group : `${row.group}, ${row.series}`,
    style: styles.get(row.series) as SeriesStyle,
    y: i + gap * groups.indexOf(row.group),
  }));
  const last = placed.at(-1)?.y ?? 0;
  const middle = (group: string): number => {
    const places = placed.filter((row) => row.group === group).map(({ y }) => y);
    return ((places[0] as number) + (places.at(-1) as number)) / 2;
  };
  return {
    rows: placed,
    series,
    legendTitle,
    height: (last + 1.6) * rowPixels,
    yaxis: {
      title: { text: chartText(axisTitle) },
      tickvals: groups.map(middle),
      ticktext: groups.map(chartText),
      range: [last + 0.8, -0.8],
      showgrid: false,
      zeroline: false,
      automargin: true,
    },
  };
}
