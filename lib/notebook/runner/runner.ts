/** Runs notebook files: writes their outputs back, or checks that they still show what is committed. */
import { basename, dirname, join } from 'node:path';
import { unknownName } from '../../errors';
import { compareOutputs } from './compare';
import { readNotebook, stampKernel, textOf, writeNotebook, type Notebook } from './notebook-file';
import { parameterNames, setParameters, type Parameters } from './parameters';
import { runNotebook, type NotebookFailure, type NotebookRun, type RunOptions } from './run';

export interface RunnerOptions extends Omit<RunOptions, 'folder'> {
  /** Compare with the committed outputs and write nothing. */
  readonly check: boolean;
  readonly parameters: Parameters;
  /** Folder for the notebooks with their new outputs; absent: they are written back. */
  readonly out: string | undefined;
  readonly say: (line: string) => void;
}

export interface NotebookResult {
  readonly file: string;
  readonly passed: boolean;
  readonly cells: number;
  readonly seconds: number;
}

/**
 * Runs notebooks one after another. A file is written only after its last cell, whole; one that fails stays as it is.
 *
 * @throws {InputError} for a file that is no TypeScript notebook, a parameter that none of them has, an engine that cannot be had.
 */
export async function runNotebooks(
  files: readonly string[],
  options: RunnerOptions,
): Promise<NotebookResult[]> {
  // All are read before the first one runs: a wrong name is said at once.
  const notebooks = files.map((file) => ({ file, notebook: readNotebook(file) }));
  requireParameters(notebooks, options);
  const results: NotebookResult[] = [];
  for (const { file, notebook } of notebooks) results.push(await runFile(file, notebook, options));
  return results;
}

function requireParameters(
  notebooks: readonly { readonly file: string; readonly notebook: Notebook }[],
  { parameters, say }: RunnerOptions,
): void {
  const names = notebooks.map(({ file, notebook }) => ({ file, has: parameterNames(notebook) }));
  const known = new Set(names.flatMap(({ has }) => has));
  for (const name of Object.keys(parameters)) {
    if (!known.has(name)) throw unknownName('notebooks run', 'parameter', name, [...known]);
    for (const { file, has } of names)
      if (!has.includes(name)) say(`${file} has no parameter '${name}' and runs without it`);
  }
}

async function runFile(file: string, committed: Notebook, options: RunnerOptions): Promise<NotebookResult> {
  const { check, out, parameters, say } = options;
  const notebook = structuredClone(committed);
  setParameters(notebook, parameters);
  const ownParameters = committed.cells.every(
    ({ source }, i) => textOf(source) === textOf(notebook.cells[i]?.source ?? ''),
  );
  const run = await runNotebook(basename(file), notebook, { ...options, folder: dirname(file) });
  const differences =
    check && run.failed === undefined ? compareOutputs(committed, run.outputs, ownParameters) : [];
  const passed = run.failed === undefined && differences.length === 0;
  const time = `${run.cells} ${run.cells === 1 ? 'cell' : 'cells'} in ${run.seconds.toFixed(1)} s${
    run.slowest === undefined
      ? ''
      : `, the longest cell ${run.slowest.cell + 1} with ${run.slowest.seconds.toFixed(1)} s`
  }`;
  say(`${passed ? 'ok' : 'FAILED'} ${file}: ${time}`);
  if (run.failed !== undefined) say(describeFailure(notebook, run.failed));
  for (const difference of differences) say(`  ${difference.replace(/\n/g, '\n  ')}`);
  if (!check && run.failed === undefined) {
    const target = out === undefined ? file : join(out, basename(file));
    takeOutputs(notebook, run);
    writeNotebook(target, notebook);
    if (target !== file) say(`  written to ${target}`);
  }
  return { file, passed, cells: run.cells, seconds: Number(run.seconds.toFixed(1)) };
}

function describeFailure(notebook: Notebook, { cell, failure }: NotebookFailure): string {
  const place = cell === undefined ? 'before the first cell' : `cell ${cell + 1}`;
  const source = cell === undefined ? [] : textOf(notebook.cells[cell]?.source ?? '').split('\n');
  return [`${place}:`, ...source.map((line) => `  | ${line}`), ...failure.traceback]
    .map((line) => `  ${line}`)
    .join('\n');
}

/** Puts a run's outputs into the notebook, with counts as if its cells had been run in a fresh kernel. */
function takeOutputs(notebook: Notebook, { outputs, typescript }: NotebookRun): void {
  let count = 0;
  notebook.cells.forEach((cell, index) => {
    const got = outputs[index];
    if (cell.cell_type !== 'code') return;
    if (got === undefined) {
      cell.outputs ??= [];
      cell.execution_count ??= null;
      return;
    }
    cell.outputs = got;
    cell.execution_count = ++count;
  });
  if (typescript !== undefined) stampKernel(notebook, typescript);
}
