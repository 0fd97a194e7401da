import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyNotebooks } from '../../../lib/notebook/lab/copies';

describe('copyNotebooks', () => {
  let folder: string;
  const at = (...parts: string[]): string => join(folder, ...parts);
  const write = (path: string, text: string): void => writeFileSync(at(path), text);
  const read = (path: string): string => readFileSync(at(path), 'utf8');
  const copy = (): string[] => copyNotebooks(at('notebooks'), at('lab'));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-copies-'));
    mkdirSync(at('notebooks', '.ipynb_checkpoints'), { recursive: true });
    write('notebooks/a.ipynb', 'a1');
    write('notebooks/b.ipynb', 'b1');
    write('notebooks/notes.txt', 'no notebook');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const copies = (): string[] => readdirSync(at('lab')).filter((name) => name.endsWith('.ipynb'));

  it('copies notebooks once, and never over what the reader has changed', () => {
    expect(copy()).toEqual([]);
    expect(copies()).toEqual(['a.ipynb', 'b.ipynb']);
    write('lab/a.ipynb', 'mine');
    expect(copy()).toEqual([]);
    expect(read('lab/a.ipynb')).toBe('mine');
    expect(read('notebooks/a.ipynb')).toBe('a1');
    expect(existsSync(at('lab/notes.txt'))).toBe(false);
  });

  it('takes a newer original in the place of an untouched copy, and beside a changed one, once', () => {
    copy();
    write('lab/a.ipynb', 'mine');
    write('notebooks/a.ipynb', 'a2');
    write('notebooks/b.ipynb', 'b2');
    const [beside, replaced, ...more] = copy();
    expect(more).toEqual([]);
    expect(beside).toMatch(
      /a\.ipynb has changed since it was copied; your .*a\.ipynb stays as it is, and the new one is .*a_new-[0-9a-f]{8}\.ipynb$/,
    );
    expect(replaced).toMatch(/b\.ipynb is new: .*b\.ipynb has changed, and the copy had not$/);
    expect([read('lab/a.ipynb'), read('lab/b.ipynb')]).toEqual(['mine', 'b2']);
    const [, name] = copies();
    expect(read(join('lab', name as string))).toBe('a2');
    write(join('lab', name as string), 'mine too');
    expect(copy()).toEqual([]);
    expect(copies()).toHaveLength(3);
    expect(read(join('lab', name as string))).toBe('mine too');
  });

  it('brings back a copy that was removed', () => {
    copy();
    rmSync(at('lab/a.ipynb'));
    expect(copy()).toEqual([]);
    expect(read('lab/a.ipynb')).toBe('a1');
  });
});
