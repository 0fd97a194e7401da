/** Colours and type of report and notebooks: one palette that reads on light and dark ground and with colour-blind eyes. */

import { shownName } from '../../shown-names';

/** A Plotly chart. */
export interface Chart {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** What of the layout is different in a chart of fewer pixels of width; absent: nothing. */
  readonly narrow?: { readonly below: number; readonly layout: Readonly<Record<string, unknown>> };
}

/** How a series looks everywhere. Marker and dash repeat what the colour says. */
export interface SeriesStyle {
  readonly color: string;
  readonly symbol: string;
  readonly dash: string;
}

/** Neighbours differ in lightness as well as in hue; the first, neutral one is the baseline's. */
const palette: readonly SeriesStyle[] = [
  { color: '#7d8794', symbol: 'circle', dash: 'solid' },
  { color: '#2e86c9', symbol: 'square', dash: 'solid' },
  { color: '#d86f14', symbol: 'diamond', dash: 'solid' },
  { color: '#b457a6', symbol: 'triangle-up', dash: 'dash' },
  { color: '#159a86', symbol: 'triangle-down', dash: 'dashdot' },
  { color: '#a8880f', symbol: 'cross', dash: 'dot' },
  { color: '#6d6fd1', symbol: 'x', dash: 'longdash' },
  { color: '#c0504d', symbol: 'star', dash: 'solid' },
];

/** Styles by name, in the order given; past the palette's end colours repeat. */
export function seriesStyles(names: readonly string[]): ReadonlyMap<string, SeriesStyle> {
  return new Map(names.map((name, i) => [name, palette[i % palette.length] as SeriesStyle]));
}

export const outcomeColors = { win: '#17808f', tie: '#a3abb5', loss: '#dfa04e' } as const;

/** From low to high gold quality; the middle is neutral, and both ends keep their contrast on either ground. */
export const qualityScale: readonly (readonly [number, string])[] = [
  [0, '#d0671b'],
  [0.5, '#a0a0a0'],
  [1, '#2e86c9'],
];

export const neutral = '#8b95a1';

/** Colour with opacity, for areas under lines. */
export function translucent(hex: string, opacity: number): string {
  const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return `rgba(${channel(1)},${channel(3)},${channel(5)},${opacity})`;
}

/** Text in a chart: Plotly reads a little HTML in labels, names and hover texts. */
export function chartText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Name of a policy, task or other series in a chart. */
export function chartName(name: string): string {
  return chartText(shownName(name));
}

/** The same where there is little room: a long name breaks into two lines. */
export function brokenName(name: string): string {
  const text = chartName(name);
  if (text.length <= 14) return text;
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const [middle] = spaces.sort((a, b) => Math.abs(a - text.length / 2) - Math.abs(b - text.length / 2));
  return middle === undefined ? text : `${text.slice(0, middle)}<br>${text.slice(middle + 1)}`;
}

export const fontFamily =
  "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'DejaVu Sans', sans-serif";

const schemes = {
  light: { text: '#27303a', muted: '#5d6875', grid: '#e6e9ee', line: '#c3cad3', ground: '#ffffff' },
  dark: { text: '#e3e7ec', muted: '#a2adb9', grid: '#2b323b', line: '#4a5561', ground: '#171b21' },
  // For places that do not say what they are: as far from white as from a notebook's black.
  either: {
    text: '#727982',
    muted: '#727982',
    grid: 'rgba(128,136,146,0.22)',
    line: 'rgba(128,136,146,0.6)',
    ground: '#ffffff',
  },
} as const;

/** Plotly template of a colour scheme: charts carry no colours of ground, grid and text of their own. */
export function plotlyTemplate(scheme: keyof typeof schemes): Readonly<Record<string, unknown>> {
  const { text, muted, grid, line, ground } = schemes[scheme];
  const axis = {
    gridcolor: grid,
    linecolor: line,
    zerolinecolor: line,
    zerolinewidth: 1,
    tickcolor: line,
    ticks: '',
    tickfont: { color: muted, size: 12 },
    title: { font: { color: muted, size: 12.5 }, standoff: 10 },
    ticklabelstandoff: 6,
    automargin: true,
  };
  return {
    data: { bar: [{ error_y: { color: text, thickness: 1.3, width: 3 } }] },
    layout: {
      font: { family: fontFamily, size: 12.5, color: text },
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      xaxis: axis,
      yaxis: axis,
      legend: { font: { color: text, size: 12.5 }, bgcolor: 'rgba(0,0,0,0)' },
      hoverlabel: {
        bgcolor: ground,
        bordercolor: line,
        font: { family: fontFamily, color: text, size: 12.5 },
      },
      hovermode: 'closest',
      margin: { l: 56, r: 16, t: 34, b: 48 },
      annotationdefaults: { font: { color: text }, arrowcolor: muted },
      colorway: palette.map(({ color }) => color),
      barcornerradius: 3,
      modebar: { bgcolor: 'rgba(0,0,0,0)', color: muted, activecolor: text },
    },
  };
}
