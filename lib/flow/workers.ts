/**
 * Processes that run stages, so that stages run at the same time and a native library that crashes takes its own process with it, not
 * the run: the stage then goes on from its last checkpoint in a new process.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { InputError, InterruptedError } from '../errors';

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

export interface Workers<O extends StageOrder> {
  /** Runs a stage in the first worker that is free. */
  run(order: O): Running;
  /** Lets the processes go. */
  end(): void;
}

/** One worker: its process, from its first stage on, and the stage it is at. */
interface Worker {
  process: ChildProcess | undefined;
  busy: boolean;
  /** The order it carries out, or carried out last. */
  order: StageOrder | undefined;
}

/** What workers are. */
export interface WorkerOptions<O extends StageOrder> {
  /** How many; a run asks for no more stages at a time. */
  readonly count: number;
  /** Program of their processes, one that serves orders. */
  readonly program: string;
  /** What their processes get besides this one's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes the lines that they write to stderr; by default they go to this process's, and the first worker has its terminal. */
  readonly onLine?: (line: string, order: O | undefined) => void;
}

/** A process that crashed while it ran a stage. */
class CrashError extends Error {}

/** Workers that start when they are needed and live until the end, since a process takes a second to begin. */
export function startWorkers<O extends StageOrder>(options: WorkerOptions<O>): Workers<O> {
  const { count, onLine } = options;
  const workers = Array.from({ length: count }, (): Worker => ({
    process: undefined,
    busy: false,
    order: undefined,
  }));
  let stopping = false;
  const attempt = (worker: Worker, order: O): Promise<void> => {
    // The first worker has the terminal to itself, for its bar.
    worker.process ??= startProcess(worker, options, onLine === undefined && worker === workers[0]);
    return runInProcess(worker.process, order);
  };
  const run = async (worker: Worker, order: O): Promise<void> => {
    worker.busy = true;
    worker.order = order;
    try {
      await attempt(worker, order);
    } catch (error) {
      if (!(error instanceof CrashError) || stopping) throw error;
      process.stderr.write(
        `pipeline: ${error.message}; the stage goes on from its last checkpoint in a new process\n`,
      );
      await attempt(worker, order);
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
    run: (order) => {
      const worker = workers.find(({ busy }) => !busy);
      if (worker === undefined) throw new Error(`all ${count} workers are busy`);
      // When one stage is stopped, all are.
      return { done: run(worker, order), stop: end };
    },
    end,
  };
}

function startProcess<O extends StageOrder>(
  worker: Worker,
  { program, environment, onLine = showLine }: WorkerOptions<O>,
  hasTerminal: boolean,
): ChildProcess {
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', hasTerminal ? 'inherit' : 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  });
  child.once('exit', () => (worker.process = undefined));
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) =>
      onLine(line, worker.order as O | undefined),
    );
  return child;
}

function showLine(line: string, order: StageOrder | undefined): void {
  // On a terminal a bar may stand in the line: it is wiped, and drawn again below.
  const start = process.stderr.isTTY ? '\r\x1b[K' : '';
  process.stderr.write(`${start}[${order?.name ?? ''}] ${line}\n`);
}

/** @throws {CrashError} when the process ends without a word. */
function runInProcess(child: ChildProcess, order: StageOrder): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const settle = (error?: Error): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMessage = (message: unknown): void => {
      const { error } = message as StageEnd;
      settle(error && asThrown(error));
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

function asThrown({ kind, message }: NonNullable<StageEnd['error']>): Error {
  if (kind === 'input') return new InputError(message);
  return kind === 'interrupted' ? new InterruptedError(message) : new Error(message);
}
