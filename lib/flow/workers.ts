/**
 * Processes that run stages, so that stages run at the same time and a native library that crashes takes its own process with it, not
 * the run: the stage then goes on from its last checkpoint in a new process.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { InputError, InterruptedError } from '../errors';
import type { Drawing, ProgressPlace, ProgressState } from '../train/progress';

/** What a worker is told to do. */
export interface StageOrder {
  /** The stage. */
  readonly name: string;
}

/** A stage on its way. */
export interface Running {
  /** Rejects as the stage does. */
  readonly done: Promise<unknown>;
  /** Lets the stage write a checkpoint and end. */
  stop(): void;
}

/** How it says that the stage ended. */
export interface StageEnd {
  readonly error: { readonly kind: 'input' | 'interrupted' | 'other'; readonly message: string } | undefined;
}

/** How it says how far it is. */
export interface WorkerProgress {
  /** Tells its bars apart. */
  readonly bar: number;
  readonly state: ProgressState;
  readonly ended: boolean;
}

export type WorkerMessage = { readonly end: StageEnd } | { readonly progress: WorkerProgress };

/** Who shows what a worker has to say of a stage: workers have no terminal. */
export interface StageWatch {
  /** Takes a line that it writes to stderr. */
  line(line: string): void;
  readonly place: ProgressPlace;
}

export interface Workers<O extends StageOrder> {
  /** Runs a stage in the first worker that is free. */
  run(order: O, watch: StageWatch): Running;
  /** Lets the processes go. */
  end(): void;
}

/** One worker: its process, from its first stage on, and the stage it is at. */
interface Worker {
  process: ChildProcess | undefined;
  busy: boolean;
  /** Of the stage it is at, or was at last. */
  watch: StageWatch | undefined;
}

/** What workers are. */
export interface WorkerOptions {
  /** How many; a run asks for no more stages at a time. */
  readonly count: number;
  /** Program of their processes, one that serves orders. */
  readonly program: string;
  /** What their processes get besides this one's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A process that crashed while it ran a stage. */
class CrashError extends Error {}

/** Workers that start when they are needed and live until the end, since a process takes a second to begin. */
export function startWorkers<O extends StageOrder>(options: WorkerOptions): Workers<O> {
  const { count } = options;
  const workers = Array.from({ length: count }, (): Worker => ({
    process: undefined,
    busy: false,
    watch: undefined,
  }));
  let stopping = false;
  const attempt = (worker: Worker, order: O, watch: StageWatch): Promise<void> => {
    worker.process ??= startProcess(worker, options);
    return runInProcess(worker.process, order, watch.place);
  };
  const run = async (worker: Worker, order: O, watch: StageWatch): Promise<void> => {
    worker.busy = true;
    worker.watch = watch;
    try {
      await attempt(worker, order, watch);
    } catch (error) {
      if (!(error instanceof CrashError) || stopping) throw error;
      process.stderr.write(
        `pipeline: ${error.message}; the stage goes on from its last checkpoint in a new process\n`,
      );
      await attempt(worker, order, watch);
    } finally {
      worker.busy = false;
    }
  };
  const end = (): void => {
    stopping = true;
    for (const { process: child } of workers) {
      // A worker whose channel closes stops: see serve-orders.ts.
      if (child?.connected === true) child.disconnect();
    }
  };
  return {
    run: (order, watch) => {
      const worker = workers.find(({ busy }) => !busy);
      if (worker === undefined) throw new Error(`all ${count} workers are busy`);
      // When one stage is stopped, all are.
      return { done: run(worker, order, watch), stop: end };
    },
    end,
  };
}

function startProcess(worker: Worker, { program, environment }: WorkerOptions): ChildProcess {
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  });
  child.once('exit', () => (worker.process = undefined));
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => worker.watch?.line(line));
  return child;
}

/** @throws {CrashError} when the process ends without a word. */
function runInProcess(child: ChildProcess, order: StageOrder, place: ProgressPlace): Promise<void> {
  const bars = openBars(place);
  return new Promise<void>((resolve, reject) => {
    const settle = (error?: Error): void => {
      bars.close();
      child.off('message', onMessage).off('exit', onExit).off('error', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMessage = (message: WorkerMessage): void => {
      if ('progress' in message) bars.take(message.progress);
      else settle(message.end.error && asThrown(message.end.error));
    };
    const onExit = (code: number | null, signal: string | null): void =>
      settle(
        code === 130
          ? new InterruptedError(`pipeline: stopped in ${order.name}; go on with --resume`)
          : new CrashError(`the process of ${order.name} ended with ${signal ?? `code ${code}`}`),
      );
    child.on('message', onMessage).on('exit', onExit).on('error', settle);
    child.send(order);
  });
}

/** The bars of a worker, shown here. */
function openBars(place: ProgressPlace) {
  const bars = new Map<number, { readonly drawing: Drawing | undefined; state: ProgressState }>();
  return {
    take({ bar, state, ended }: WorkerProgress): void {
      const { drawing } = bars.get(bar) ?? { drawing: place(state) };
      bars.set(bar, { drawing, state });
      if (!ended) return drawing?.show(state);
      drawing?.end(state);
      bars.delete(bar);
    },
    /** Ends those that a process left when it crashed. */
    close(): void {
      for (const { drawing, state } of bars.values()) drawing?.end(state);
      bars.clear();
    },
  };
}

function asThrown({ kind, message }: NonNullable<StageEnd['error']>): Error {
  if (kind === 'input') return new InputError(message);
  return kind === 'interrupted' ? new InterruptedError(message) : new Error(message);
}
