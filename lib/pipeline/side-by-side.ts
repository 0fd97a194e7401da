/** Steps that run at the same time: one here, the others in processes of their own, since a step keeps one process busy. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InputError, InterruptedError } from '../errors';
import type { PipelineConfig } from './config';

/** What a step's process is told to do. */
export interface StepOrder {
  readonly name: string;
  readonly config: PipelineConfig;
  /** The pipeline's folder. */
  readonly out: string;
  readonly engine: string;
}

/** How it says that the step ended. */
export interface StepEnd {
  readonly error: { readonly kind: 'input' | 'interrupted' | 'other'; readonly message: string } | undefined;
}

/** A step on its way in another process. */
export interface RunningStep {
  /** Rejects as the step does. */
  readonly done: Promise<void>;
  /** Lets the step write a checkpoint and end. */
  stop(): void;
}

/** Runs a step in a process of its own. Its progress comes as lines that begin with its name. */
export function runStepBeside(order: StepOrder): RunningStep {
  const child = fork(join(__dirname, 'step-process.js'), [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.send(order);
  passLines(order.name, child);
  const done = new Promise<void>((resolve, reject) => {
    let end: StepEnd | undefined;
    child.on('message', (message) => (end = message as StepEnd));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (end === undefined) {
        const interrupted = code === 130;
        reject(
          interrupted
            ? new InterruptedError(`pipeline: stopped in ${order.name}; go on with --resume`)
            : new Error(`pipeline: the process of ${order.name} ended with ${signal ?? `code ${code}`}`),
        );
      } else if (end.error === undefined) resolve();
      else reject(asThrown(end.error));
    });
  });
  return {
    done,
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}

function asThrown({ kind, message }: NonNullable<StepEnd['error']>): Error {
  if (kind === 'input') return new InputError(message);
  return kind === 'interrupted' ? new InterruptedError(message) : new Error(message);
}

function passLines(name: string, child: ChildProcess): void {
  if (child.stderr === null) return;
  // On a terminal a bar may stand in the line: it is wiped, and drawn again below.
  const start = process.stderr.isTTY ? '\r\x1b[K' : '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    process.stderr.write(`${start}[${name}] ${line}\n`);
  });
}
