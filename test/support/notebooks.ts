/** Notebooks for tests. */
import { writeFileSync } from 'node:fs';
import type { Cell, Notebook, Output } from '../../lib/notebook/runner/notebook-file';

/** A code cell. */
export function code(source: string, tags: string[] = [], outputs: Output[] = []): Cell {
  return { cell_type: 'code', source, metadata: { tags }, execution_count: null, outputs };
}

export function markdown(source: string): Cell {
  return { cell_type: 'markdown', source, metadata: {} };
}

export function notebookOf(...cells: Cell[]): Notebook {
  return { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
}

export function saveNotebook(path: string, ...cells: Cell[]): string {
  writeFileSync(path, JSON.stringify(notebookOf(...cells)));
  return path;
}
