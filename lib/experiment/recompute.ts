/** Committed rows computed again, from nothing. */
import { availableParallelism } from 'node:os';
import { chosenEngine, useEngine } from '../backend';
import { InputError } from '../errors';
import { computeConditions } from './compute-conditions';
import type { ExperimentConfig } from './config';
import { gridOf, type ConditionRun } from './grid';
import { isFailed, type ResultRow, type Row } from './results';
import { rowOf } from './run';

export interface RecomputeOptions {
  /** Where stages are kept meanwhile; those that are there are not run again. */
  readonly root: string;
  /** The one of the rows when absent. */
  readonly engine?: string;
  /** Worker processes, each with as many threads as the rows were computed with; one a core when absent. */
  readonly jobs?: number;
}

/** A row as it is, and as it is now. */
export interface Recomputed {
  readonly committed: ResultRow;
  readonly now: ResultRow;
}

/**
 * The condition and seed of a row in the grid of its experiment.
 *
 * @throws {InputError} when the row was made with another configuration than `config.json` gives.
 */
export function runOfRow(command: string, grid: readonly ConditionRun[], row: ResultRow): ConditionRun {
  const run = grid.find(({ condition, seed }) => condition.name === row.condition && seed === row.seed);
  if (run === undefined || run.configHash !== row.configHash)
    throw new InputError(
      `${command}: the row of ${row.condition}, seed ${row.seed}, was made with another configuration than config.json gives now`,
    );
  return run;
}

/**
 * Computes rows of one experiment again, with as many threads as the first of them had.
 *
 * @throws {Error} when a stage or a measure fails.
 */
export async function recomputeRows(
  command: string,
  experiment: ExperimentConfig,
  rows: readonly [ResultRow, ...ResultRow[]],
  { root, ...options }: RecomputeOptions,
): Promise<Recomputed[]> {
  const [{ engine: before, processor }] = rows;
  const engine = chosenEngine(options.engine ?? before);
  const { threads } = processor;
  const grid = gridOf(experiment, root, engine);
  const wanted = new Map(rows.map((row) => [runOfRow(command, grid, row), row]));
  const [first, ...others] = wanted.keys();
  if (first === undefined) return [];
  await useEngine(engine);
  const found = new Map<ConditionRun, Row>();
  await computeConditions([first, ...others], {
    title: `${command} ${experiment.name}`,
    jobs: options.jobs ?? Math.max(1, Math.floor(availableParallelism() / threads)),
    threads,
    until: Number.POSITIVE_INFINITY,
    onCondition: async (run) => void found.set(run, await rowOf(run, engine, threads)),
    onFailure: ({ condition, seed }, { error }) => {
      throw new Error(`${command}: ${condition.name}, seed ${seed}: ${error}`);
    },
  });
  return [...wanted].map(([run, committed]) => {
    const now = found.get(run);
    if (now === undefined || isFailed(now))
      throw new Error(
        `${command}: ${committed.condition}, seed ${committed.seed}: ${now?.error ?? 'no result'}`,
      );
    return { committed, now };
  });
}

/** A metric beside what it was. */
export interface ComparedNumber {
  readonly metric: string;
  readonly committed: number;
  readonly now: number;
}

/** Every metric of a row beside what it is now; one that is there no more is NaN. */
export function compareNumbers({ committed, now }: Recomputed): ComparedNumber[] {
  return compare(committed.metrics, now.metrics);
}

/** The numbers of a row that are not what they were: metrics, what they are the means of, and courses. */
export function differentNumbers({ committed, now }: Recomputed): ComparedNumber[] {
  return compare(numbersOf(committed), numbersOf(now)).filter(
    (compared) => compared.committed !== compared.now,
  );
}

function compare(
  committed: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): ComparedNumber[] {
  const names = new Set([...Object.keys(committed), ...Object.keys(now)]);
  return [...names].map((metric) => ({
    metric,
    committed: committed[metric] ?? Number.NaN,
    now: now[metric] ?? Number.NaN,
  }));
}

function numbersOf({ metrics, prompts, curves = {} }: ResultRow): Record<string, number> {
  return {
    ...metrics,
    ...Object.fromEntries(
      Object.entries(prompts).flatMap(([name, values]) => values.map((value, i) => [`${name}[${i}]`, value])),
    ),
    ...Object.fromEntries(
      Object.entries(curves).flatMap(([name, points]) =>
        points.flatMap((point, i) =>
          Object.entries(point).map(([key, value]) => [`${name}[${i}].${key}`, value as number]),
        ),
      ),
    ),
  };
}
