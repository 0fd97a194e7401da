/** An experiment from its configuration to its results: `results.jsonl`, one row per condition and seed, written as they come. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { chosenEngine, processorName, threadsEach, useEngine, type EngineName } from '../backend';
import { errorMessage, InputError } from '../errors';
import { projectPath } from '../project-path';
import { versions } from '../train/versions';
import type { ExperimentConfig } from './config';
import { nodesBehind, type FlowNode } from '../flow/flow';
import { computeConditions } from './compute-conditions';
import { gridOf, keysOf, type ConditionRun } from './grid';
import { dataKinds } from './kinds';
import { measureCondition } from './measure';
import { isFailed, readResults, writeResults, type ResultRow, type Row } from './results';

export interface ExperimentOptions {
  /** Folder of the experiment: its configuration and its results. */
  readonly folder: string;
  /** Where stages are kept, for all experiments; absent: the project's `runs/experiments`. */
  readonly root?: string;
  readonly engine?: string;
  /** Worker processes; one a core when absent. Each has its part of the threads. */
  readonly jobs?: number;
}

export interface ExperimentOutcome {
  readonly experiment: string;
  readonly runs: number;
  /** Rows computed by this run, and rows that were there. */
  readonly computed: number;
  readonly before: number;
  readonly failed: readonly { readonly condition: string; readonly seed: number; readonly error: string }[];
  /** Runs that the budget left out. */
  readonly left: number;
  readonly seconds: number;
}

/**
 * Computes the runs that have no row yet, or a failed one.
 *
 * @throws {InputError} when the results were made with another configuration or on another engine.
 *
 * @example
 * ```ts
 * import { experimentFolder, readExperiment, runExperiment } from 'rlhf-kit';
 *
 * const folder = experimentFolder('02-length-debiasing');
 * const outcome = await runExperiment(readExperiment(folder), { folder, root: 'runs/experiments' });
 * console.log(`${outcome.computed} rows computed, ${outcome.failed.length} failed`);
 * ```
 */
export async function runExperiment(
  experiment: ExperimentConfig,
  options: ExperimentOptions,
): Promise<ExperimentOutcome> {
  const { folder, root: kept = projectPath('runs', 'experiments'), jobs = availableParallelism() } = options;
  const started = Date.now();
  const engine = chosenEngine(options.engine);
  const threads = threadsEach(jobs);
  // Another number of threads rounds differently: its stages are other stages.
  const root = join(kept, `${engine}-${threads}`);
  const grid = gridOf(experiment, root, engine);
  const rows = new Map((await readResults(folder)).map((row) => [rowKey(row.condition, row.seed), row]));
  refuseOtherResults(folder, [...rows.values()], grid, engine);
  const isDone = ({ condition, seed }: ConditionRun): boolean => {
    const row = rows.get(rowKey(condition.name, seed));
    return row !== undefined && !isFailed(row);
  };
  const open = grid.filter((run) => !isDone(run));
  const [first, ...others] = open;
  const outcome = { experiment: experiment.name, runs: grid.length, before: grid.length - open.length };
  if (first === undefined) return { ...outcome, computed: 0, failed: [], left: 0, seconds: 0 };

  // Before anything is begun: without the engine no condition can be computed, and that is no failure of the conditions.
  await useEngine(engine);
  const keep = (row: Row): void => {
    rows.set(rowKey(row.condition, row.seed), row);
    const inOrder = grid.flatMap(({ condition, seed }) => rows.get(rowKey(condition.name, seed)) ?? []);
    writeResults(folder, inOrder);
  };
  const left = await computeConditions([first, ...others], {
    title: experiment.name,
    jobs,
    threads,
    until: started + experiment.budgetMinutes * 60_000,
    onCondition: async (run) => keep(await rowOf(run, engine, threads)),
    onFailure: (run, failure) => keep({ ...originOf(run, engine, threads), ...failure }),
  });
  const failed = [...rows.values()]
    .filter(isFailed)
    .map(({ condition, seed, error }) => ({ condition, seed, error }));
  return {
    ...outcome,
    computed: open.filter(isDone).length,
    failed,
    left,
    seconds: Math.round((Date.now() - started) / 1000),
  };
}

function rowKey(condition: string, seed: number): string {
  return `${condition} #${seed}`;
}

/** Measures a condition whose stages are there. A metric that is not finite makes it a failed one. */
export async function rowOf(run: ConditionRun, engine: EngineName, threads: number): Promise<Row> {
  const origin = originOf(run, engine, threads);
  const { store, finals, path } = run;
  const log = store.folder(finals[0] as FlowNode);
  try {
    const { metrics, prompts, curves } = await measureCondition(run.measures, run.config, path);
    const bad = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
    if (bad !== undefined) return { ...origin, error: `${bad[0]} is ${bad[1]}`, log };
    const row: ResultRow = {
      ...origin,
      dataHash: await dataKinds[run.data].dataHash(run.config, path),
      keys: keysOf(run),
      metrics,
      prompts,
      ...(Object.keys(curves).length > 0 && { curves }),
      seconds: round(nodesBehind(finals).reduce((sum, node) => sum + store.manifest(node).seconds, 0)),
    };
    return row;
  } catch (error) {
    return { ...origin, error: `measures: ${errorMessage(error)}`, log };
  }
}

function originOf({ condition, seed, configHash }: ConditionRun, engine: EngineName, threads: number) {
  return {
    condition: condition.name,
    seed,
    config: condition.config,
    configHash,
    engine,
    versions: versions(),
    processor: { model: processorName(), threads },
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

function refuseOtherResults(
  folder: string,
  rows: readonly Row[],
  grid: readonly ConditionRun[],
  engine: string,
): void {
  const advice = 'nothing is overwritten: move results.jsonl away, or take the change back';
  const runs = new Map(grid.map((run) => [rowKey(run.condition.name, run.seed), run]));
  for (const row of rows) {
    const where = `experiment run: ${join(folder, 'results.jsonl')} has a row of ${row.condition}, seed ${row.seed}`;
    const run = runs.get(rowKey(row.condition, row.seed));
    if (run === undefined) throw new InputError(`${where}, which the configuration no longer has; ${advice}`);
    if (isFailed(row)) continue;
    if (run.configHash !== row.configHash)
      throw new InputError(`${where} made with another configuration than config.json gives now; ${advice}`);
    if (row.engine !== engine)
      throw new InputError(
        `${where} made on engine ${row.engine}, not ${engine}; ${advice}, or name that engine`,
      );
  }
}
