/** The grid of an experiment: its cells with their seeds, and the steps behind them, each once however many cells share it. */
import { createHash } from 'node:crypto';
import { keepSteps, type KeptSteps } from '../pipeline/kept-steps';
import { cellKinds } from './cells/cell-kinds';
import { cellsOf, settingsOf, type Cell, type ExperimentConfig } from './config';
import type { Measure } from './measures/measure';
import type { DataName } from './measures/measure-names';
import { measureKey } from './measures/measurements';
import type { RowKeys } from './results';

/** A cell with a seed. */
export interface CellRun {
  readonly cell: Cell;
  readonly seed: number;
  readonly data: DataName;
  /** Resolved; of the kind that the data has. */
  readonly config: object;
  readonly configHash: string;
  readonly kept: KeptSteps;
  /** By name. */
  readonly measures: Readonly<Record<string, Measure>>;
  /** The steps that its measures read from. */
  readonly finals: readonly string[];
}

/** A step that some cells need, known by its folder. */
export interface GridStep {
  readonly folder: string;
  readonly name: string;
  readonly data: DataName;
  readonly config: object;
  readonly kept: KeptSteps;
  /** Folders of the steps that it reads from. */
  readonly upstream: readonly string[];
}

/**
 * All cells with all seeds, seed by seed: when the budget ends early, whole seeds are there.
 *
 * @throws {InputError} for a setting that the configuration does not have or cannot take.
 */
export function gridOf(experiment: ExperimentConfig, root: string, engine: string): CellRun[] {
  const { data = 'dialogues' } = experiment;
  const kind = cellKinds[data];
  const measures = Object.fromEntries(
    experiment.measures.map((name) => [name, kind.measures[name] as Measure]),
  );
  const finals = [...new Set(Object.values(measures).flatMap(({ reads }) => reads))];
  return experiment.seeds.flatMap((seed) =>
    cellsOf(experiment).map((cell): CellRun => {
      const config = kind.cellConfig(
        `experiment ${experiment.name}, ${cell.name}`,
        seed,
        settingsOf(experiment, cell),
      );
      return {
        cell,
        seed,
        data,
        config,
        configHash: createHash('sha256')
          .update(JSON.stringify([experiment.measures, config]))
          .digest('hex'),
        kept: keepSteps((path) => kind.steps(config, path), root, engine),
        measures,
        finals,
      };
    }),
  );
}

/** The steps behind some cells in an order in which each comes after those it reads from, cell after cell. */
export function stepsBehind(runs: readonly CellRun[]): Map<string, GridStep> {
  const steps = new Map<string, GridStep>();
  const add = (run: CellRun, name: string): void => {
    const { data, config, kept } = run;
    const folder = kept.folder(name);
    if (steps.has(folder)) return;
    const upstream = kept.upstream(name);
    for (const earlier of upstream) add(run, earlier);
    steps.set(folder, {
      folder,
      name,
      data,
      config,
      kept,
      upstream: upstream.map((earlier) => kept.folder(earlier)),
    });
  };
  for (const run of runs) for (const name of run.finals) add(run, name);
  return steps;
}

/** Names of the steps behind one cell. */
export function stepNames(run: CellRun): string[] {
  return [...stepsBehind([run]).values()].map(({ name }) => name);
}

/** Keys of what computes a cell now: of the steps behind it, and of its measures. */
export function keysOf(run: CellRun): RowKeys {
  const { kept, measures, config } = run;
  return {
    steps: Object.fromEntries(stepNames(run).map((name) => [name, kept.key(name)])),
    measures: Object.fromEntries(
      Object.entries(measures).map(([name, measure]) => [name, measureKey(measure, config, kept.key)]),
    ),
  };
}
