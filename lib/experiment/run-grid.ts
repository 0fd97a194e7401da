/** Runs the steps behind cells in worker processes; a step that fails takes its cells with it, and the rest goes on. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { engineEnvironment, takeThreads, type EngineName } from '../backend';
import { errorMessage, InterruptedError } from '../errors';
import { startWorkers } from '../pipeline/workers';
import { interruptible } from '../train/interrupt';
import { startProgress } from '../train/progress';
import { stepsBehind, type CellRun, type GridStep } from './grid';
import type { CellOrder } from './worker-process';

export interface GridOptions {
  /** What the progress bar says. */
  readonly title: string;
  readonly root: string;
  readonly engine: EngineName;
  /** Worker processes. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
  /** No step is begun after this, ms since the epoch. */
  readonly until: number;
  /** Called as soon as the steps behind a cell are there. */
  onCell(run: CellRun): Promise<void>;
  /** Called once for each cell that cannot be computed any more. */
  onFailure(run: CellRun, failure: StepFailure): void;
}

export interface StepFailure {
  readonly error: string;
  /** The file with what the step had to say. */
  readonly log: string;
}

/**
 * @returns how many cells were left when the budget ended.
 * @throws {InterruptedError} on Ctrl-C, once every process has stopped.
 */
export async function runGrid(runs: readonly CellRun[], options: GridOptions): Promise<number> {
  const { root, engine, jobs, threads } = options;
  const steps = stepsBehind(runs);
  const done = new Set(
    [...steps.values()].filter(({ name, kept }) => kept.isKept(name)).map(({ folder }) => folder),
  );
  const waiting = [...steps.values()].filter(({ folder }) => !done.has(folder));
  const failed = new Map<string, StepFailure>();
  const open = new Set(runs);
  const logOf = (folder: string): string => join(root, 'logs', `${basename(folder)}.log`);
  mkdirSync(join(root, 'logs'), { recursive: true });

  const workers = startWorkers<CellOrder>({
    count: jobs,
    program: join(__dirname, 'worker-process.js'),
    environment: { ...takeThreads(threads), ...engineEnvironment(engine), RLHF_KIT_PROGRESS: 'lines' },
    onLine: (line, order) => {
      if (order !== undefined) note(logOf(order.folder), line);
    },
  });
  const progress = startProgress(options.title, waiting.length, 'step');
  const total = waiting.length;
  const settle = async (): Promise<void> => {
    for (const run of [...open]) {
      const folders = run.finals.map((name) => run.kept.folder(name));
      const failure = folders.map((folder) => failed.get(folder)).find((found) => found !== undefined);
      if (failure !== undefined) {
        open.delete(run);
        options.onFailure(run, failure);
      } else if (folders.every((folder) => done.has(folder))) {
        open.delete(run);
        await options.onCell(run);
      }
    }
    progress.update(total - waiting.length - running.size, { cells: runs.length - open.size });
  };

  const running = new Map<string, Promise<{ step: GridStep; error?: unknown }>>();
  const start = (step: GridStep): void => {
    const { folder, name, data, config } = step;
    waiting.splice(waiting.indexOf(step), 1);
    running.set(
      folder,
      workers.run({ name, folder, data, config, root, engine }).done.then(
        () => ({ step }),
        (error: unknown) => ({ step, error }),
      ),
    );
  };
  // A step that reads from one that failed has failed likewise, and so on.
  const spread = (): void => {
    for (const step of [...waiting]) {
      const failure = step.upstream.map((folder) => failed.get(folder)).find((found) => found !== undefined);
      if (failure === undefined) continue;
      failed.set(step.folder, failure);
      waiting.splice(waiting.indexOf(step), 1);
    }
  };
  const startReady = (): void => {
    if (Date.now() > options.until) return;
    for (const step of waiting.filter(({ upstream }) => upstream.every((folder) => done.has(folder)))) {
      if (running.size >= jobs) return;
      start(step);
    }
  };

  try {
    await interruptible(async () => {
      await settle();
      for (startReady(); running.size > 0; startReady()) {
        const { step, error } = await Promise.race(running.values());
        running.delete(step.folder);
        if (error instanceof InterruptedError) {
          await Promise.allSettled(running.values());
          throw error;
        }
        if (error === undefined) done.add(step.folder);
        else {
          const log = logOf(step.folder);
          note(log, errorMessage(error));
          failed.set(step.folder, { error: firstLine(`${step.name}: ${errorMessage(error)}`), log });
          spread();
        }
        await settle();
      }
    }, workers.end);
  } finally {
    progress.stop();
    workers.end();
  }
  return open.size;
}

/** A disk that is full must not end the cells that need none of it: their row has the error, its log then ends early. */
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
