/** What is committed of an experiment beside its rows: `table.md` and its charts. */
import { join } from 'node:path';
import { writeFileAtomically } from '../../files';
import type { Chart } from '../../evaluation/report/theme';
import type { Experiment } from '../experiment';
import { experimentCharts } from './charts/experiment-charts';
import { drawSvg } from './static-charts';
import { resultsPage } from './table';

export interface Findings {
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** Why there are no static charts, where there are none. */
  readonly missing?: string;
}

/** Writes `table.md`, `charts/*.json` and, where there is a Chromium, `charts/*.svg` into the experiment's folder. */
export async function writeFindings(folder: string, experiment: Experiment): Promise<Findings> {
  const charts = experimentCharts(experiment);
  const files: string[] = [];
  const write = (path: string, text: string): void => {
    writeFileAtomically(join(folder, path), text);
    files.push(path);
  };
  write('table.md', resultsPage(experiment));
  for (const { name, chart } of charts) write(`charts/${name}.json`, chartJson(chart));
  const drawn = charts.length === 0 ? { svg: [] } : await drawSvg(charts.map(({ chart }) => chart));
  if ('missing' in drawn) return { files, ...drawn };
  charts.forEach(({ name }, i) => write(`charts/${name}.svg`, drawn.svg[i] as string));
  return { files };
}

/** A chart in one line, numbers with five significant digits. */
export function chartJson(chart: Chart): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  return `${JSON.stringify(chart, rounded)}\n`;
}
