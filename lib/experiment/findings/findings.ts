/** What is committed of an experiment beside its rows: `table.md` and its figures. */
import { join } from 'node:path';
import { writeFileAtomically } from '../../files';
import type { Figure } from '../../evaluation/report/theme';
import type { Experiment } from '../experiment';
import { experimentFigures } from './figures/experiment-figures';
import { drawSvg } from './static-figures';
import { resultsPage } from './table';

export interface Findings {
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** Why there are no static figures, where there are none. */
  readonly missing?: string;
}

/** Writes `table.md`, `figures/*.json` and, where there is a Chromium, `figures/*.svg` into the experiment's folder. */
export async function writeFindings(folder: string, experiment: Experiment): Promise<Findings> {
  const figures = experimentFigures(experiment);
  const files: string[] = [];
  const write = (path: string, text: string): void => {
    writeFileAtomically(join(folder, path), text);
    files.push(path);
  };
  write('table.md', resultsPage(experiment));
  for (const { name, figure } of figures) write(`figures/${name}.json`, figureJson(figure));
  const drawn = figures.length === 0 ? { svg: [] } : await drawSvg(figures.map(({ figure }) => figure));
  if ('missing' in drawn) return { files, ...drawn };
  figures.forEach(({ name }, i) => write(`figures/${name}.svg`, drawn.svg[i] as string));
  return { files };
}

/** A figure in one line, numbers with five significant digits. */
export function figureJson(figure: Figure): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  return `${JSON.stringify(figure, rounded)}\n`;
}
