import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../lib/errors';
import {
  readJson,
  readJsonLines,
  sha256File,
  streamJsonLines,
  writeFileAtomically,
  writeJsonLines,
} from '../lib/files';
import { mountable, onSmallDisk } from './support/small-disk';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

describe('writeFileAtomically', () => {
  it('makes missing folders and leaves no temporary file', () => {
    writeFileAtomically(at('a/b/c.txt'), ['one ', 'two']);
    expect(readFileSync(at('a/b/c.txt'), 'utf8')).toBe('one two');
    expect(readdirSync(at('a/b'))).toEqual(['c.txt']);
  });

  it('keeps the old file whole when the new content fails half-way', () => {
    writeFileSync(at('x'), 'old');
    const failing = (function* () {
      yield 'new';
      throw new Error('broken source');
    })();
    expect(() => writeFileAtomically(at('x'), failing)).toThrow('broken source');
    expect(readFileSync(at('x'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['x']);
  });

  it('says in one sentence that a path cannot be written', () => {
    writeFileSync(at('file'), '');
    expect(() => writeFileAtomically(at('file/below'), 'x')).toThrow(InputError);
  });

  it.skipIf(!mountable())(
    'says that the disk is full and keeps what was there (needs root and tmpfs)',
    () => {
      onSmallDisk(folder, '64k', () => {
        writeFileAtomically(at('kept'), 'small');
        expect(() => writeFileAtomically(at('kept'), 'x'.repeat(1 << 20))).toThrow(/the disk is full/);
        expect(readFileSync(at('kept'), 'utf8')).toBe('small');
        expect(readdirSync(folder)).toEqual(['kept']);
      });
    },
  );
});

describe('JSON lines', () => {
  it('come back as they were written, gzip too, empty lines passed over', async () => {
    const rows = [{ a: 1 }, { text: 'line\nbreak 你好' }];
    writeJsonLines(at('rows.jsonl'), rows);
    expect(await readJsonLines(at('rows.jsonl'))).toEqual(rows);
    writeFileSync(at('rows.jsonl.gz'), gzipSync(`${readFileSync(at('rows.jsonl'), 'utf8')}\n\n`));
    expect(await readJsonLines(at('rows.jsonl.gz'))).toEqual(rows);
  });

  it('names file and line of what is not JSON', async () => {
    writeFileSync(at('bad.jsonl'), '{"a":1}\n{oops\n');
    await expect(readJsonLines(at('bad.jsonl'))).rejects.toThrow(/bad\.jsonl:2: not valid JSON/);
  });

  it('says that a gzip file ends early, after the rows before the cut', async () => {
    const whole = gzipSync(
      Array.from({ length: 5000 }, (_, i) => JSON.stringify({ i, r: Math.sin(i) })).join('\n'),
    );
    writeFileSync(at('cut.jsonl.gz'), whole.subarray(0, whole.length / 2));
    let rows = 0;
    const read = async (): Promise<void> => {
      for await (const line of streamJsonLines(at('cut.jsonl.gz'))) rows = line.line;
    };
    await expect(read()).rejects.toThrow(/cut\.jsonl\.gz: the gzip file ends early/);
    expect(rows).toBeGreaterThan(10);
  });

  it('can be left before their end without an error', async () => {
    const rows = Array.from({ length: 60000 }, (_, i) => JSON.stringify({ i, r: Math.sin(i) })).join('\n');
    writeFileSync(at('long.jsonl.gz'), gzipSync(rows));
    for await (const { line } of streamJsonLines(at('long.jsonl.gz'))) if (line === 3) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await readJsonLines(at('long.jsonl.gz'))).toHaveLength(60000);
  });

  it('says that a file is missing or is not gzip', async () => {
    await expect(readJsonLines(at('none.jsonl'))).rejects.toThrow(/none\.jsonl: no such file/);
    writeFileSync(at('plain.jsonl.gz'), '{"a":1}\n');
    await expect(readJsonLines(at('plain.jsonl.gz'))).rejects.toThrow(/plain\.jsonl\.gz: not a gzip file/);
  });
});

describe('readJson and sha256File', () => {
  it('refuse what is missing or broken by name', () => {
    expect(() => readJson(at('none.json'))).toThrow(/none\.json: no such file/);
    writeFileSync(at('bad.json'), '{');
    expect(() => readJson(at('bad.json'))).toThrow(/bad\.json: not valid JSON/);
  });

  it('hash the bytes of a file', async () => {
    writeFileSync(at('abc'), 'abc');
    expect(await sha256File(at('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
