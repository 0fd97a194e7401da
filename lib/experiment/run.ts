/** An experiment from its configuration to its results: `results.jsonl`, one row a cell and seed, written as they come. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { chosenEngine, processorName, threadsEach, useEngine, type EngineName } from '../backend';
import { errorMessage, InputError } from '../errors';
import { versions } from '../train/versions';
import type { ExperimentConfig } from './config';
import { nodesBehind, type FlowNode } from '../flow/flow';
import { computeCells } from './compute-cells';
import { gridOf, keysOf, type CellRun } from './grid';
import { dataKinds } from './kinds';
import { measureCell } from './measure';
import { isFailed, readResults, writeResults, type ResultRow, type Row } from './results';

export interface ExperimentOptions {
  /** Folder of the experiment: its configuration and its results. */
  readonly folder: string;
  /** Where stages are kept, for all experiments. */
  readonly root: string;
  readonly engine?: string;
  /** Worker processes; one a core when absent. Each has its part of the threads. */
  readonly jobs?: number;
}

export interface ExperimentOutcome {
  readonly experiment: string;
  readonly cells: number;
  /** Rows computed by this run, and rows that were there. */
  readonly computed: number;
  readonly before: number;
  readonly failed: readonly { readonly cell: string; readonly seed: number; readonly error: string }[];
  /** Cells that the budget left out. */
  readonly left: number;
  readonly seconds: number;
}

/**
 * Runs the cells that have no row yet, or a failed one.
 *
 * @throws {InputError} when the results were made with another configuration or on another engine.
 */
export async function runExperiment(
  experiment: ExperimentConfig,
  options: ExperimentOptions,
): Promise<ExperimentOutcome> {
  const { folder, jobs = availableParallelism() } = options;
  const started = Date.now();
  const engine = chosenEngine(options.engine);
  const threads = threadsEach(jobs);
  // Another number of threads rounds differently: its stages are other stages.
  const root = join(options.root, `${engine}-${threads}`);
  const grid = gridOf(experiment, root, engine);
  const rows = new Map((await readResults(folder)).map((row) => [rowKey(row.cell, row.seed), row]));
  refuseOtherResults(folder, [...rows.values()], grid, engine);
  const isDone = ({ cell, seed }: CellRun): boolean => {
    const row = rows.get(rowKey(cell.name, seed));
    return row !== undefined && !isFailed(row);
  };
  const open = grid.filter((run) => !isDone(run));
  const [first, ...others] = open;
  const outcome = { experiment: experiment.name, cells: grid.length, before: grid.length - open.length };
  if (first === undefined) return { ...outcome, computed: 0, failed: [], left: 0, seconds: 0 };

  // Before anything is begun: without the engine no cell can be computed, and that is no failure of the cells.
  await useEngine(engine);
  const keep = (row: Row): void => {
    rows.set(rowKey(row.cell, row.seed), row);
    const inOrder = grid.flatMap(({ cell, seed }) => rows.get(rowKey(cell.name, seed)) ?? []);
    writeResults(folder, inOrder);
  };
  const left = await computeCells([first, ...others], {
    title: experiment.name,
    jobs,
    threads,
    until: started + experiment.budgetMinutes * 60_000,
    onCell: async (run) => keep(await rowOf(run, engine, threads)),
    onFailure: (run, failure) => keep({ ...originOf(run, engine, threads), ...failure }),
  });
  const failed = [...rows.values()].filter(isFailed).map(({ cell, seed, error }) => ({ cell, seed, error }));
  return {
    ...outcome,
    computed: open.filter(isDone).length,
    failed,
    left,
    seconds: Math.round((Date.now() - started) / 1000),
  };
}

function rowKey(cell: string, seed: number): string {
  return `${cell} #${seed}`;
}

/** Measures a cell whose stages are there. A figure that is not a number makes it a failed one. */
export async function rowOf(run: CellRun, engine: EngineName, threads: number): Promise<Row> {
  const origin = originOf(run, engine, threads);
  const { store, finals, path } = run;
  const log = store.folder(finals[0] as FlowNode);
  try {
    const { metrics, prompts, curves } = await measureCell(run.measures, run.config, path);
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

function originOf({ cell, seed, configHash }: CellRun, engine: EngineName, threads: number) {
  return {
    cell: cell.name,
    seed,
    config: cell.config,
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
  grid: readonly CellRun[],
  engine: string,
): void {
  const advice = 'nothing is overwritten: move results.jsonl away, or take the change back';
  const runs = new Map(grid.map((run) => [rowKey(run.cell.name, run.seed), run]));
  for (const row of rows) {
    const where = `experiment run: ${join(folder, 'results.jsonl')} has a row of ${row.cell}, seed ${row.seed}`;
    const run = runs.get(rowKey(row.cell, row.seed));
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
