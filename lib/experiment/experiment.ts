/** An experiment with its results, and how its conditions are told apart. */
import { createRng } from '../random';
import { conditionName } from './conditions';
import type { ExperimentConfig } from './config';
import { isFailed, type FailedRow, type ResultRow, type Row } from './results';
import { compareConditions, type Comparison } from './statistics/compare-conditions';

/** A configuration and the rows that it gave. */
export interface Experiment {
  readonly config: ExperimentConfig;
  readonly rows: readonly Row[];
}

/** A condition as a claim names it: axes that are left out are as in the baseline. */
export type ConditionSettings = Readonly<Record<string, string>>;

/** All axes of a condition. */
export function fullSettings(
  { baseline, axes }: ExperimentConfig,
  settings: ConditionSettings,
): ConditionSettings {
  return Object.fromEntries(Object.keys(axes).map((axis) => [axis, settings[axis] ?? baseline[axis] ?? '']));
}

/** Rows of a condition that were computed; those of conditions that the configuration no longer has are nobody's. */
export function rowsOfCondition({ config, rows }: Experiment, settings: ConditionSettings): ResultRow[] {
  const wanted = Object.entries(fullSettings(config, settings));
  return computedRows({ config, rows }).filter(({ config: own }) =>
    wanted.every(([axis, setting]) => own[axis] === setting),
  );
}

export function failedRows({ rows }: Experiment): FailedRow[] {
  return rows.filter(isFailed);
}

export function computedRows({ rows }: Experiment): ResultRow[] {
  return rows.filter((row): row is ResultRow => !isFailed(row));
}

/** Name of the condition that these settings mean. */
export function nameOfCondition(config: ExperimentConfig, settings: ConditionSettings): string {
  return conditionName(fullSettings(config, settings));
}

export function isBaseline(config: ExperimentConfig, settings: ConditionSettings): boolean {
  return nameOfCondition(config, settings) === nameOfCondition(config, config.baseline);
}

/** Comparisons that were made: table, charts and page ask for the same ones, and a bootstrap takes its time. */
const compared = new WeakMap<Experiment, Map<string, Comparison | undefined>>();

/**
 * {@link compareConditions} of two conditions by their settings. What is compared names the random stream: the same rows give the same interval
 * wherever and whenever it is asked for.
 */
export function compareSettings(
  experiment: Experiment,
  a: ConditionSettings,
  b: ConditionSettings,
  metric: string,
  againstMetric = metric,
): Comparison | undefined {
  const { config } = experiment;
  const known = compared.get(experiment) ?? new Map<string, Comparison | undefined>();
  compared.set(experiment, known);
  const names = [
    `${nameOfCondition(config, a)}: ${metric}`,
    `${nameOfCondition(config, b)}: ${againstMetric}`,
  ];
  const key = names.join('\n');
  if (!known.has(key)) {
    // Sorted: a − b is b − a with the sign turned, to the last digit.
    const rng = [...names].sort().reduce((stream, name) => stream.fork(name), createRng(config.name));
    const options = { metric, againstMetric, rng };
    known.set(
      key,
      compareConditions(rowsOfCondition(experiment, a), rowsOfCondition(experiment, b), options),
    );
  }
  return known.get(key);
}
