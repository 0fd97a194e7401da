/** Runs notebooks without Jupyter and without Python, each in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { chosenEngine, engineEnvironment } from '../../backend';
import { InputError } from '../../errors';
import type { CellFailure } from '../kernel/failure';
import { pathsFromHere } from '../kernel/paths';
import { startProgress } from '../../train/progress';
import type { CellOrder, Order, Report } from './messages';
import { tagsOf, textOf, type Notebook, type Output } from './notebook-file';

export interface RunOptions {
  /** The notebook's, which its paths are from. */
  readonly folder: string;
  /** Computes from the first cell on; as for `useEngine`. */
  readonly engine: string | undefined;
  /** Longest time of a cell, in seconds. */
  readonly timeout: number;
  /** Longest time of a notebook, in seconds. */
  readonly totalTimeout: number;
}

/** Why a notebook did not get to its end. */
export interface NotebookFailure {
  /** Among all cells, from 0; absent when no cell was at work. */
  readonly cell?: number;
  readonly failure: CellFailure;
}

export interface NotebookRun {
  readonly failed: NotebookFailure | undefined;
  /** Code cells that ran. */
  readonly cells: number;
  readonly seconds: number;
  readonly slowest: { readonly cell: number; readonly seconds: number } | undefined;
  readonly typescript: string | undefined;
  /** By cell index, of those that ran; empty when the process ended early. */
  readonly outputs: Readonly<Record<number, Output[]>>;
}

/** What a process has said last on its own streams, e.g. a native library before it crashed. */
const keptErrors = 2000;

/**
 * Runs a notebook's code cells, those tagged `skip` left out, up to the first that fails; one that is tagged `raises-exception` may.
 *
 * @throws {InputError} when the engine cannot be had.
 */
export async function runNotebook(
  title: string,
  notebook: Notebook,
  options: RunOptions,
): Promise<NotebookRun> {
  const cells = notebook.cells.flatMap((cell, index): CellOrder[] => {
    const source = textOf(cell.source);
    if (cell.cell_type !== 'code' || source.trim() === '' || tagsOf(cell).includes('skip')) return [];
    return [{ index, source, mayFail: tagsOf(cell).includes('raises-exception') }];
  });
  const child = fork(join(__dirname, 'notebook-process.js'), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // It leads a group, so that whatever a cell starts can be ended with it.
    detached: true,
    cwd: options.folder,
    env: { ...process.env, ...pathsFromHere(), ...engineEnvironment(chosenEngine(options.engine)) },
  });
  const stop = (): void => endGroup(child);
  process.once('exit', stop);
  try {
    return await follow(title, child, { engine: options.engine, cells }, options);
  } finally {
    stop();
    process.off('exit', stop);
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended, and so has everything that it started.
  }
}

function follow(
  title: string,
  child: ChildProcess,
  order: Order,
  { timeout, totalTimeout }: RunOptions,
): Promise<NotebookRun> {
  const started = performance.now();
  const progress = startProgress(title, order.cells.length, 'cell');
  const seconds = (since: number): number => (performance.now() - since) / 1000;
  let current: { readonly index: number; readonly since: number; readonly timer: NodeJS.Timeout } | undefined;
  let failed: NotebookFailure | undefined;
  let slowest: NotebookRun['slowest'];
  let cells = 0;
  let errors = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-keptErrors)));

  return new Promise<NotebookRun>((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(current?.timer);
      clearTimeout(limit);
      progress.stop();
      child.removeAllListeners();
    };
    const end = (run: Partial<NotebookRun>): void => {
      settle();
      resolve({
        failed,
        cells,
        seconds: seconds(started),
        slowest,
        typescript: undefined,
        outputs: {},
        ...run,
      });
    };
    const fail = (ename: string, evalue: string): void =>
      end({
        failed: {
          ...(current !== undefined && { cell: current.index }),
          failure: { ename, evalue, traceback: `${ename}: ${evalue}`.split('\n') },
        },
      });
    const limit = setTimeout(
      () => fail('Timeout', `the notebook did not end within ${totalTimeout} s`),
      totalTimeout * 1000,
    );
    const on: { [K in Report['kind']]: (report: Extract<Report, { kind: K }>) => void } = {
      engineMissing: ({ message }) => {
        settle();
        reject(new InputError(message));
      },
      started: ({ cell }) => {
        const timer = setTimeout(
          () => fail('Timeout', `the cell did not end within ${timeout} s`),
          timeout * 1000,
        );
        current = { index: cell, since: performance.now(), timer };
      },
      ended: ({ cell, failure }) => {
        const took = seconds(current?.since ?? started);
        clearTimeout(current?.timer);
        current = undefined;
        cells++;
        if (took > (slowest?.seconds ?? 0)) slowest = { cell, seconds: took };
        progress.update(cells);
        const mayFail = order.cells.find(({ index }) => index === cell)?.mayFail === true;
        if (failure !== undefined && !mayFail) failed = { cell, failure };
      },
      done: ({ typescript, outputs }) => end({ typescript, outputs }),
    };
    child.on('message', (report: Report) => (on[report.kind] as (report: Report) => void)(report));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const said = errors.trim() === '' ? '' : `; it said last:\n${errors.trim()}`;
      fail('ProcessEnded', `the notebook's process ended (${signal ?? `exit code ${code}`})${said}`);
    });
    child.send(order);
  });
}
