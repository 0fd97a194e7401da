/** Notebook files: nbformat 4, read with checks and written as Jupyter writes them. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, mustBe } from '../../errors';
import { readJson, writeFileAtomically } from '../../files';

/** Text as nbformat has it: whole or in lines. */
export type Text = string | readonly string[];

export type Output =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: Text }
  | { output_type: 'display_data'; data: Record<string, unknown>; metadata: Record<string, unknown> }
  | {
      output_type: 'execute_result';
      data: Record<string, unknown>;
      metadata: Record<string, unknown>;
      execution_count: number | null;
    }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  source: Text;
  metadata: { tags?: string[] } & Record<string, unknown>;
  execution_count?: number | null;
  outputs?: Output[];
}

export interface Notebook {
  cells: Cell[];
  metadata: { kernelspec?: { name?: string; display_name?: string; language?: string } } & Record<
    string,
    unknown
  >;
  nbformat: number;
  nbformat_minor: number;
}

export const kernelName = 'rlhf-kit';
export const kernelDisplayName = 'rlhf-kit (TypeScript)';

/** Where the notebooks lie when no file is given. */
export const notebookFolder = 'notebooks';

export function textOf(text: Text): string {
  return typeof text === 'string' ? text : text.join('');
}

/** Text in lines. */
function linesOf(text: Text): string[] {
  return textOf(text).match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function tagsOf(cell: Cell): readonly string[] {
  return cell.metadata.tags ?? [];
}

/**
 * The notebooks that are meant: the files given, those of a folder given, or those of `notebooks/`, by name.
 *
 * @throws {InputError} when one is not there, or there is none.
 */
export function findNotebooks(given: readonly string[], command: string): string[] {
  return (given.length === 0 ? [notebookFolder] : given).flatMap((path) => {
    if (!existsSync(path)) {
      const hint = given.length === 0 ? '; name the files or their folder' : '';
      throw new InputError(`${command}: no such file or folder: ${path}${hint}`);
    }
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => name.endsWith('.ipynb'));
    if (names.length === 0) throw new InputError(`${command}: there is no notebook (*.ipynb) in ${path}`);
    return names.sort().map((name) => join(path, name));
  });
}

/** @throws {InputError} for a file that is no TypeScript notebook of nbformat 4. */
export function readNotebook(path: string): Notebook {
  const notebook = readJson<Partial<Notebook> | null>(path);
  if (typeof notebook !== 'object' || notebook === null || !Array.isArray(notebook.cells))
    throw new InputError(`${path}: not a notebook (expected a JSON object with 'cells')`);
  if (notebook.nbformat !== 4) throw mustBe(path, 'nbformat', '4', notebook.nbformat);
  notebook.metadata ??= {};
  const language = notebook.metadata.kernelspec?.language;
  if (language !== undefined && language !== 'typescript')
    throw new InputError(`${path}: the notebook's language must be typescript, got ${language}`);
  notebook.cells.forEach((cell, i) => {
    const source: unknown = cell?.source;
    if (typeof source !== 'string' && !Array.isArray(source))
      throw new InputError(`${path}: cell ${i + 1} has no source`);
    cell.metadata ??= {};
  });
  return notebook as Notebook;
}

/** Writes a notebook whole or not at all: keys sorted, texts in lines, one blank a level, as Jupyter does, so that it changes nothing when it saves. */
export function writeNotebook(path: string, notebook: Notebook): void {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: linesOf(cell.source),
    ...(cell.outputs !== undefined && { outputs: cell.outputs.map(inLines) }),
  }));
  writeFileAtomically(path, `${JSON.stringify(sorted({ ...notebook, cells }), null, 1)}\n`);
}

function inLines(output: Output): Output {
  if (output.output_type === 'error') return output;
  if (output.output_type === 'stream') return { ...output, text: linesOf(output.text) };
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === 'string' && /^text\/|^image\/svg/.test(type) ? linesOf(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) as Record<string, unknown> };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}

/** Says in a notebook what ran it, as Jupyter does. */
export function stampKernel(notebook: Notebook, typescript: string): void {
  notebook.metadata = {
    ...notebook.metadata,
    kernelspec: { display_name: kernelDisplayName, language: 'typescript', name: kernelName },
    language_info: languageInfo(typescript),
  };
}

export function languageInfo(typescript: string): Record<string, unknown> {
  return {
    codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
    file_extension: '.ts',
    mimetype: 'text/typescript',
    name: 'typescript',
    version: typescript,
  };
}
