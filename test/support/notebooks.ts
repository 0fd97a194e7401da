/** Notebooks for tests. */
import { writeFileSync } from 'node:fs';
import { stampKernel, type Cell, type Notebook, type Output } from '../../lib/notebook/runner/notebook-file';

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
  const notebook = notebookOf(...cells);
  // Else Jupyter asks for a kernel.
  stampKernel(notebook, '5.0.4');
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}
