/** Over-optimisation: score and gold of a policy in training over the distance from SFT. */
import { max, mean, min } from 'simple-statistics';
import { pointAt } from '../../../evaluation/frontier';
import {
  defaultPlotHeight,
  legendAbove,
  panelChart,
  type Panel,
} from '../../../evaluation/report/charts/panels';
import { chartText, seriesStyles, type Chart, type SeriesStyle } from '../../../evaluation/report/theme';
import { settingsOfConditions } from '../../conditions';
import { rowsOfCondition, type Experiment } from '../../experiment';
import type { CurvePoint } from '../../results';
import { namedOnce } from './legend';

/** More courses than these are drawn without their single seeds. */
const mostWithSeeds = 6;

/** A condition's course, or one policy's of the only condition. */
interface Course {
  readonly name: string;
  readonly style: SeriesStyle;
  /** One a seed. */
  readonly seeds: readonly (readonly CurvePoint[])[];
}

/** Two panels (proxy and gold) for each policy, one line per condition; of an experiment with one condition, one line per policy. Undefined without courses. */
export function coursesChart(experiment: Experiment): Chart | undefined {
  const { config, rows } = experiment;
  const policies = [
    ...new Set(rows.flatMap((row) => ('curves' in row ? Object.keys(row.curves ?? {}) : []))),
  ];
  const conditions = settingsOfConditions(config);
  const [only] = conditions;
  const coursesOf = (policy: string, settings: Readonly<Record<string, string>>): CurvePoint[][] =>
    rowsOfCondition(experiment, settings).flatMap(({ curves }) => {
      const points = curves?.[policy]?.filter(isWhole) ?? [];
      return points.length === 0 ? [] : [points];
    });
  const styles = conditionStyles(experiment);
  const groups =
    conditions.length === 1 && only !== undefined
      ? [
          {
            title: '',
            courses: policies.map((policy) => ({
              name: policy,
              style: seriesStyles(['', ...policies]).get(policy) as SeriesStyle,
              seeds: coursesOf(policy, only),
            })),
          },
        ]
      : policies.map((policy) => ({
          title: policies.length > 1 ? `${policy}: ` : '',
          courses: conditions.map((settings, i) => ({
            name: Object.values(settings).join(', '),
            style: styles[i] as SeriesStyle,
            seeds: coursesOf(policy, settings),
          })),
        }));
  const count = groups.flatMap(({ courses }) => courses).length;
  const panels = groups.flatMap(({ title, courses }) => {
    const drawn = courses.filter(({ seeds }) => seeds.length > 0);
    return drawn.length === 0 ? [] : panelPair(title, drawn, count <= mostWithSeeds);
  });
  if (panels.length === 0) return undefined;
  const named = new Set(panels.flatMap(({ data }) => data.flatMap(({ name }) => name ?? [])));
  // Many names beside the panels, a few above them.
  const beside = named.size > 4;
  const title = conditions.length > 1 && {
    title: { text: `${chartText(Object.keys(config.axes).join(', '))}: ` },
  };
  const above = { ...title, ...legendAbove };
  const lines = Math.ceil(panels.length / 2);
  const chart = panelChart(
    namedOnce(panels),
    2,
    {
      legend: beside
        ? { ...title, orientation: 'v', x: 1.02, xanchor: 'left', y: 1, yanchor: 'top', tracegroupgap: 0 }
        : above,
      margin: { t: beside ? 14 : 46, b: 52 },
    },
    beside ? Math.max(defaultPlotHeight, (20 * named.size) / lines) : defaultPlotHeight,
  );
  const { narrow } = chart;
  return beside && narrow !== undefined
    ? { ...chart, narrow: { ...narrow, layout: { ...narrow.layout, legend: above } } }
    : chart;
}

function isWhole({ kl, proxy, gold }: CurvePoint): boolean {
  // NaN is null in JSON.
  return [kl, proxy, gold].every((value) => typeof value === 'number' && Number.isFinite(value));
}

/** The first axis has the colours, the second the dashes and symbols. */
function conditionStyles({ config }: Experiment): SeriesStyle[] {
  const [first, second] = Object.entries(config.axes).map(([axis, settings]) => {
    const base = config.baseline[axis] as string;
    return { axis, styles: seriesStyles([base, ...Object.keys(settings).filter((name) => name !== base)]) };
  });
  return settingsOfConditions(config).map((settings) => {
    const color = first?.styles.get(settings[first.axis] as string) as SeriesStyle;
    const shape = second === undefined ? color : second.styles.get(settings[second.axis] as string);
    return { ...(shape ?? color), color: color?.color ?? '' };
  });
}

function panelPair(title: string, courses: readonly Course[], withSeeds: boolean): Panel[] {
  const points = courses.flatMap(({ seeds }) => seeds.flat());
  const furthest = max([0.1, ...points.map(({ kl }) => pointAt(kl).sqrtKl)]);
  const pair = (name: string, unit: string, value: (point: CurvePoint) => number): Panel => ({
    title: chartText(`${title}${name}`),
    data: courses.flatMap((course) => [
      ...(withSeeds ? seedLines(course, value) : []),
      meanLine(course, value),
    ]),
    xaxis: {
      title: { text: '√KL to the SFT model (√nat)' },
      range: [-0.04 * furthest, 1.05 * furthest],
      zeroline: false,
    },
    yaxis: { title: { text: unit }, zeroline: false },
  });
  return [
    pair('score of the reward model', 'score', ({ proxy }) => proxy),
    pair('gold', 'gold', ({ gold }) => gold),
  ];
}

/** Faint, without markers. */
function seedLines({ name, style, seeds }: Course, value: (point: CurvePoint) => number): Panel['data'] {
  if (seeds.length < 2) return [];
  return seeds.map((points) => ({
    type: 'scatter',
    mode: 'lines',
    legendgroup: chartText(name),
    showlegend: false,
    hoverinfo: 'skip',
    x: points.map(({ kl }) => pointAt(kl).sqrtKl),
    y: points.map(value),
    line: { color: style.color, width: 1 },
    opacity: 0.25,
  }));
}

/** The mean over seeds of each of a course's points: every course is cut into as many. It ends where the first seed's does. */
function meanLine(
  { name, style, seeds }: Course,
  value: (point: CurvePoint) => number,
): Panel['data'][number] {
  const points = Array.from({ length: min(seeds.map(({ length }) => length)) }, (_, i) =>
    seeds.map((course) => course[i] as CurvePoint),
  );
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name: chartText(name),
    legendgroup: chartText(name),
    showlegend: true,
    x: points.map((atOnce) => mean(atOnce.map(({ kl }) => pointAt(kl).sqrtKl))),
    y: points.map((atOnce) => mean(atOnce.map(value))),
    line: { color: style.color, dash: style.dash, width: 2.2 },
    marker: { color: style.color, symbol: style.symbol, size: 6.5 },
    customdata: points.map((atOnce) => Math.round(mean(atOnce.map(({ step }) => step)))),
    hovertemplate: `%{y:.3f} at √KL %{x:.2f}, step %{customdata}<extra>${chartText(name)}</extra>`,
  };
}
