/** Whether a committed row can be had again: the cell is run anew, from nothing, and its figures are set beside those of the row. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { availableParallelism, tmpdir } from 'node:os';
import { sampleStandardDeviation } from 'simple-statistics';
import { chosenEngine, processorName, useEngine } from '../backend';
import { InputError } from '../errors';
import { codeHash } from '../pipeline/kept-steps';
import type { Cell, ExperimentConfig } from './config';
import { computedRows, type Experiment } from './experiment';
import { gridOf } from './grid';
import { isFailed, type ResultRow, type Row } from './results';
import { rowOf } from './run';
import { runGrid } from './run-grid';

export interface VerifyOptions {
  /** All rows of the experiment, as committed. */
  readonly rows: readonly Row[];
  readonly row: ResultRow;
  readonly engine?: string;
  /** Worker processes; one a core when absent. */
  readonly jobs?: number;
}

/** A metric beside what it was. */
export interface VerifiedMetric {
  readonly metric: string;
  readonly committed: number;
  readonly now: number;
  /** How far apart the two may lie. */
  readonly tolerance: number;
}

export interface Verification {
  readonly experiment: string;
  readonly cell: string;
  readonly seed: number;
  readonly engine: string;
  /** Why figures need not be equal; none when they must. */
  readonly differences: readonly string[];
  readonly metrics: number;
  readonly equal: number;
  /** Metrics that lie too far from the committed ones. */
  readonly outside: readonly VerifiedMetric[];
  readonly seconds: number;
}

/**
 * The row that takes the least time to compute again.
 *
 * @param cell only rows of this cell; any when absent.
 * @throws {InputError} when there is none.
 */
export function cheapestRow(experiment: Experiment, cell?: Cell): ResultRow {
  const { config } = experiment;
  const whole = computedRows(experiment).filter((row) => cell === undefined || row.cell === cell.name);
  if (whole.length === 0)
    throw new InputError(
      `experiment verify: ${config.name} has no results${cell === undefined ? '' : ` of cell '${cell.name}'`}; run it first`,
    );
  return whole.reduce((least, row) => (row.seconds < least.seconds ? row : least));
}

/**
 * Runs the cell of a row again. Where engine, code, processor and threads are those of the row, every figure must be equal. Else sums
 * round differently and samples part, so that it is another run of the same experiment: figures must then lie as near as seeds do,
 * |now − committed| ≤ max(4 s, 10% of the committed, 0.05), s being the standard deviation over the cell's seeds.
 *
 * @throws {InputError} when the row was made with another configuration than `config.json` gives.
 */
export async function verifyRow(
  experiment: ExperimentConfig,
  { rows, row, ...options }: VerifyOptions,
): Promise<Verification> {
  const started = Date.now();
  const engine = chosenEngine(options.engine ?? row.engine);
  const { threads } = row.processor;
  const root = mkdtempSync(join(tmpdir(), 'rlhf-kit-verify-'));
  try {
    const run = gridOf(experiment, root, engine).find(
      ({ cell, seed }) => cell.name === row.cell && seed === row.seed,
    );
    if (run === undefined || run.configHash !== row.configHash)
      throw new InputError(
        `experiment verify: the row of ${row.cell}, seed ${row.seed}, was made with another configuration than config.json gives now`,
      );
    await useEngine(engine);
    let again: Row | undefined;
    await runGrid([run], {
      title: `verify ${experiment.name}`,
      root,
      engine,
      jobs: options.jobs ?? Math.max(1, Math.floor(availableParallelism() / threads)),
      threads,
      until: Number.POSITIVE_INFINITY,
      onCell: async (cell) => {
        again = await rowOf(experiment, cell, engine, threads);
      },
      onFailure: (_, { error }) => {
        throw new Error(`experiment verify: ${row.cell}, seed ${row.seed}: ${error}`);
      },
    });
    if (again === undefined || isFailed(again))
      throw new Error(`experiment verify: ${row.cell}, seed ${row.seed}: ${again?.error ?? 'no result'}`);
    const differences = [
      ...(engine === row.engine ? [] : [`engine ${engine}, not ${row.engine}`]),
      ...(codeHash() === row.codeHash ? [] : ['the code has changed since']),
      ...(again.dataHash === row.dataHash ? [] : ['other data']),
      ...(processorName() === row.processor.model ? [] : ['another processor']),
    ];
    const compared = compareMetrics(row, again.metrics, rows, differences.length === 0);
    return {
      experiment: experiment.name,
      cell: row.cell,
      seed: row.seed,
      engine,
      differences,
      metrics: compared.length,
      equal: compared.filter(({ committed, now }) => committed === now).length,
      outside: compared.filter(({ committed, now, tolerance }) => !(Math.abs(now - committed) <= tolerance)),
      seconds: Math.round((Date.now() - started) / 1000),
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Every metric of a row beside what it is now; `exact`: they must be equal. */
export function compareMetrics(
  row: ResultRow,
  now: Readonly<Record<string, number>>,
  rows: readonly Row[],
  exact: boolean,
): VerifiedMetric[] {
  const seeds = rows.flatMap((other) => (isFailed(other) || other.cell !== row.cell ? [] : [other]));
  return Object.entries(row.metrics).map(([metric, committed]) => {
    const values = seeds.flatMap(({ metrics }) => metrics[metric] ?? []);
    const spread = values.length < 2 ? 0 : sampleStandardDeviation(values);
    return {
      metric,
      committed,
      now: now[metric] ?? Number.NaN,
      tolerance: exact ? 0 : Math.max(4 * spread, 0.1 * Math.abs(committed), 0.05),
    };
  });
}
