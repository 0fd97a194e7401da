/** An experiment with its results, and how its cells are told apart. */
import { createRng } from '../random';
import { cellName, type ExperimentConfig } from './config';
import { isFailed, type FailedRow, type ResultRow, type Row } from './results';
import { compareCells, type Comparison } from './statistics/compare-cells';

/** A configuration and the rows that it gave. */
export interface Experiment {
  readonly config: ExperimentConfig;
  readonly rows: readonly Row[];
}

/** A cell as a claim names it: axes that are left out are as in the baseline. */
export type CellSettings = Readonly<Record<string, string>>;

/** All axes of a cell. */
export function fullSettings({ baseline, axes }: ExperimentConfig, settings: CellSettings): CellSettings {
  return Object.fromEntries(Object.keys(axes).map((axis) => [axis, settings[axis] ?? baseline[axis] ?? '']));
}

/** Rows of a cell that were computed; those of cells that the configuration no longer has are nobody's. */
export function rowsOfCell({ config, rows }: Experiment, settings: CellSettings): ResultRow[] {
  const wanted = Object.entries(fullSettings(config, settings));
  return rows.filter(
    (row): row is ResultRow =>
      !isFailed(row) && wanted.every(([axis, setting]) => row.config[axis] === setting),
  );
}

export function failedRows({ rows }: Experiment): FailedRow[] {
  return rows.filter(isFailed);
}

export function computedRows({ rows }: Experiment): ResultRow[] {
  return rows.filter((row): row is ResultRow => !isFailed(row));
}

/** Name of the cell that these settings mean. */
export function nameOfCell(config: ExperimentConfig, settings: CellSettings): string {
  return cellName(fullSettings(config, settings));
}

export function isBaseline(config: ExperimentConfig, settings: CellSettings): boolean {
  return Object.entries(fullSettings(config, settings)).every(
    ([axis, setting]) => config.baseline[axis] === setting,
  );
}

/** Comparisons that were made: table, figures and page ask for the same ones, and a bootstrap takes its time. */
const compared = new WeakMap<Experiment, Map<string, Comparison | undefined>>();

/**
 * {@link compareCells} of two cells by their settings. What is compared names the random stream: the same rows give the same interval
 * wherever and whenever it is asked for.
 */
export function compareSettings(
  experiment: Experiment,
  a: CellSettings,
  b: CellSettings,
  metric: string,
  againstMetric = metric,
): Comparison | undefined {
  const { config } = experiment;
  const known = compared.get(experiment) ?? new Map<string, Comparison | undefined>();
  compared.set(experiment, known);
  const names = [`${nameOfCell(config, a)}: ${metric}`, `${nameOfCell(config, b)}: ${againstMetric}`];
  const key = names.join('\n');
  if (!known.has(key)) {
    // Sorted: a − b is b − a with the sign turned, to the last digit.
    const rng = [...names].sort().reduce((stream, name) => stream.fork(name), createRng(config.name));
    const options = { metric, againstMetric, rng };
    known.set(key, compareCells(rowsOfCell(experiment, a), rowsOfCell(experiment, b), options));
  }
  return known.get(key);
}
