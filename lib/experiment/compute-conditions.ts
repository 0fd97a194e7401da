/** Computes the stages behind conditions in worker processes; a stage that fails takes its conditions with it, and the rest goes on. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorMessage } from '../errors';
import { runFlow, type Progression, type StageFailure } from '../flow/run';
import type { Store } from '../flow/store';
import type { StageWatch } from '../flow/workers';
import { drawOn, startProgress, type Progress } from '../train/progress';
import { lineScreen } from '../train/screen';
import type { ConditionRun } from './grid';

export interface ComputeOptions {
  /** What the progress bar says. */
  readonly title: string;
  /** Worker processes. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
  /** No stage is begun after this, ms since the epoch. */
  readonly until: number;
  /** Called as soon as the stages behind a condition are there. */
  onCondition(run: ConditionRun): Promise<void>;
  /** Called once for each condition that cannot be computed any more. */
  onFailure(run: ConditionRun, failure: ConditionFailure): void;
}

export interface ConditionFailure {
  readonly error: string;
  /** The file with what the stage had to say. */
  readonly log: string;
}

/**
 * @param runs of one grid.
 * @returns how many conditions were left when the budget ended.
 * @throws {InterruptedError} on Ctrl-C, once every process has stopped.
 */
export async function computeConditions(
  runs: readonly [ConditionRun, ...ConditionRun[]],
  options: ComputeOptions,
): Promise<number> {
  const { jobs: count, threads, until } = options;
  const [{ store }] = runs;
  mkdirSync(join(store.place.root, 'logs'), { recursive: true });
  const open = new Set(runs);
  const told = new Set<StageFailure>();
  let progress: Progress | undefined;
  let total = 0;
  const settle = async (progression: Progression): Promise<void> => {
    for (const run of [...open]) {
      const failure = run.finals.map(progression.failure).find((found) => found !== undefined);
      if (failure !== undefined) {
        open.delete(run);
        options.onFailure(run, describeFailure(store, failure, told));
      } else if (run.finals.every(progression.isDone)) {
        open.delete(run);
        await options.onCondition(run);
      }
    }
    if (progress === undefined) total = progression.open;
    progress ??= startProgress(options.title, total, 'stage');
    progress.update(total - progression.open, { runs: runs.length - open.size });
  };
  try {
    await runFlow(
      runs.flatMap(({ finals }) => finals),
      {
        store,
        // A log has progress even where the terminal is to have none.
        workers: { count, threads, environment: { RLHF_KIT_PROGRESS: 'lines' } },
        watch: { stage: (node) => watchInLog(logOf(store, store.folder(node))) },
        onFailure: 'skipDependents',
        until,
        onProgress: settle,
      },
    );
  } finally {
    progress?.stop();
  }
  return open.size;
}

/** The error of the stage that failed first goes into its log, once, and in a line into the rows. */
function describeFailure(store: Store, failure: StageFailure, told: Set<StageFailure>): ConditionFailure {
  const { node, error } = failure;
  const log = logOf(store, store.folder(node));
  if (!told.has(failure)) note(log, errorMessage(error));
  told.add(failure);
  return { error: firstLine(`${node.label}: ${errorMessage(error)}`), log };
}

/** What a stage has to say while it runs goes into its log. */
function watchInLog(log: string): StageWatch {
  const line = (text: string): void => note(log, text);
  return { line, place: () => drawOn(lineScreen(line)) };
}

function logOf(store: Store, folder: string): string {
  return join(store.place.root, 'logs', `${basename(folder)}.log`);
}

/** A disk that is full must not end the conditions that need none of it: their row has the error, its log then ends early. */
function note(log: string, text: string): void {
  try {
    appendFileSync(log, `${text}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] as string;
}
