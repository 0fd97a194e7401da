import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNotebooks, readNotebook, writeNotebook } from '../../../lib/notebook/runner/notebook-file';
import { code, markdown, notebookOf, saveNotebook } from '../../support/notebooks';

describe('notebook files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-notebook-file-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are written as Jupyter writes them: keys sorted, texts in lines, one blank a level', () => {
    const path = join(folder, 'b.ipynb');
    const notebook = notebookOf(
      markdown('# A\n\ntext'),
      code('1\n', [], [{ output_type: 'display_data', metadata: {}, data: { 'text/html': '<p>\n</p>' } }]),
    );
    writeNotebook(path, notebook);
    const text = readFileSync(path, 'utf8');
    expect(text.startsWith('{\n "cells": [\n  {\n   "cell_type": "markdown",\n   "metadata": {},\n')).toBe(
      true,
    );
    expect(text.endsWith(' "nbformat_minor": 5\n}\n')).toBe(true);
    const { cells } = readNotebook(path);
    expect(cells[0]?.source).toEqual(['# A\n', '\n', 'text']);
    expect(cells[1]?.outputs?.[0]).toMatchObject({ data: { 'text/html': ['<p>\n', '</p>'] } });
    // Reading and writing again changes nothing.
    writeNotebook(path, readNotebook(path));
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('are found by name, or as those of a folder in order', () => {
    const [a, b] = [join(folder, 'a.ipynb'), join(folder, 'b.ipynb')];
    saveNotebook(a, code('1'));
    saveNotebook(b, code('1'));
    writeFileSync(join(folder, 'notes.md'), '');
    expect(findNotebooks([folder], 'run')).toEqual([a, b]);
    expect(findNotebooks([b, a], 'run')).toEqual([b, a]);
    expect(() => findNotebooks([join(folder, 'c.ipynb')], 'run')).toThrow(/^run: no such file or folder/);
  });
});
