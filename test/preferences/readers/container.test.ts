import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import { streamContainer, type FileRow } from '../../../lib/preferences/readers/container';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-container-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function rows(file: string): Promise<FileRow[]> {
  const all: FileRow[] = [];
  for await (const row of streamContainer(file)) all.push(row);
  return all;
}

async function writeParquet(file: string, query: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${file}' (FORMAT PARQUET)`);
  connection.closeSync();
}

const values = async (file: string): Promise<unknown[]> => (await rows(file)).map(({ value }) => value);
const two = [
  { text: '一', n: 1 },
  { text: 'two\u2028lines', n: 2 },
];
const lines = two.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The same lines by the zstd command: as one frame, and as a frame each. */
const zstandard = Buffer.from(
  'KLUv/SQybQEANAJ7InRleHQiOiLkuIAiLCJuIjoxfQp0d2/igKhsaW5lczJ9CgIAQA0fi8kEPGOF3A==',
  'base64',
);
const twoFrames = Buffer.from(
  'KLUv/SQVqQAAeyJ0ZXh0Ijoi5LiAIiwibiI6MX0K9ntrGyi1L/0kHekAAHsidGV4dCI6InR3b+KAqGxpbmVzIiwibiI6Mn0KFgo9Cg==',
  'base64',
);

describe('streamContainer', () => {
  it.each([
    ['a.jsonl', lines],
    ['a.jsonl.gz', gzipSync(lines)],
    ['a.json', JSON.stringify(two, null, 2)],
    ['a.json.gz', gzipSync(JSON.stringify(two))],
    ['lines-named.json', lines],
    ['a.jsonl.zst', zstandard],
    ['frames.jsonl.zst', twoFrames],
    ['lines-named.txt', lines],
    ['with-mark.jsonl', `\uFEFF${lines}`],
    ['with-mark.json', `\uFEFF${JSON.stringify(two)}`],
  ])('reads the same rows from %s', async (name, content) => {
    expect(await values(write(name, content))).toEqual(two);
  });

  it('gives bad lines as rows with their text and counts empty lines', async () => {
    const read = await rows(write('a.jsonl', '{"n":1}\n\n{"n":\n{"n":3}\n'));
    expect(read.map(({ line }) => line)).toEqual([1, 3, 4]);
    expect(read[1]).toMatchObject({ value: '{"n":', problem: expect.stringContaining('not valid JSON') });
  });

  it('reads lists, structs and 64-bit integers from Parquet as JSON has them', async () => {
    const file = join(folder, 'a.parquet');
    await writeParquet(
      file,
      "SELECT 7::BIGINT AS id, [{'role': 'user', 'content': '你好'}] AS prompt, NULL AS task",
    );
    expect(await rows(file)).toEqual([
      { file, line: 1, value: { id: 7, prompt: [{ role: 'user', content: '你好' }], task: null } },
    ]);
  });

  it('keeps 64-bit integers of JSON and Parquet to the last digit', async () => {
    const text =
      '{"id":9007199254740993,"n":-12345678901234567890,"x":0.1234567890123456,"t":"9007199254740993"}';
    const exact = {
      id: '9007199254740993',
      n: '-12345678901234567890',
      x: 0.1234567890123456,
      t: '9007199254740993',
    };
    expect(await values(write('a.jsonl', `${text}\n{"id":7}\n`))).toEqual([exact, { id: 7 }]);
    expect(await values(write('a.json', `[${text}]`))).toEqual([exact]);
    const file = join(folder, 'ids.parquet');
    await writeParquet(file, 'SELECT 9007199254740993::BIGINT AS id, 5::BIGINT AS n');
    expect(await values(file)).toEqual([{ id: '9007199254740993', n: 5 }]);
  });

  it('takes a path of Parquet for a path, never for a pattern', async () => {
    for (const name of ['run[1]', 'run1', 'lang=en']) mkdirSync(join(folder, name));
    const files = [
      'run[1]/a.parquet',
      'run1/a.parquet',
      'what?.parquet',
      'whatX.parquet',
      'lang=en/a.parquet',
      '*.parquet',
    ];
    for (const name of files) await writeParquet(join(folder, name), `SELECT '${name}' AS name`);
    for (const name of files) expect(await values(join(folder, name))).toEqual([{ name }]);
  });

  it('refuses what is not UTF-8 and names the offset', async () => {
    const bytes = (...parts: (string | number[])[]): Buffer =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
    const cases: [string, Uint8Array, RegExp][] = [
      ['latin1.jsonl', bytes('{"a":"caf', [0xe9], '"}\n'), /byte 0xe9 at offset 9; convert/],
      ['late.jsonl', bytes(`${lines.repeat(4000)}{"a":"`, [0xc3, 0x28], '"}'), /byte 0xc3 at offset \d{6}/],
      ['cut.jsonl', bytes('{"a":"', [0xe4, 0xb8]), /byte 0xe4 at offset 6/],
      ['utf16.jsonl', Buffer.from('\uFEFF{"a":1}', 'utf16le'), /offset 0; it looks like UTF-16/],
      ['packed.jsonl.gz', gzipSync(bytes('{"a":"', [0xff], '"}')), /byte 0xff at offset 6/],
      ['array.json', bytes('[{"a":"', [0xff], '"}]'), /byte 0xff at offset 7/],
      ['table.csv', bytes('a\n', [0xff]), /byte 0xff at offset 2/],
    ];
    for (const [name, content, message] of cases)
      await expect(rows(write(name, content))).rejects.toThrow(message);
  });

  it('reads characters that lie across the pieces in which a file is read', async () => {
    const row = { text: '一二三😀'.repeat(40_000) };
    expect(await values(write('a.jsonl', `{"n":1}\r\n${JSON.stringify(row)}\r\n`))).toEqual([{ n: 1 }, row]);
  });

  it.each([
    ['missing.jsonl', undefined, /missing\.jsonl: no such file/],
    ['missing.csv', undefined, /missing\.csv: no such file/],
    ['cut.jsonl.gz', gzipSync(lines.repeat(5000)).subarray(0, 600), /cut\.jsonl\.gz: .*ends early/],
    ['cut.json.gz', gzipSync(JSON.stringify(two)).subarray(0, 40), /cut\.json\.gz: .*ends early/],
    ['plain.jsonl.gz', lines, /plain\.jsonl\.gz: .*header/],
    ['cut.jsonl.zst', zstandard.subarray(0, 30), /cut\.jsonl\.zst: .*ends early/],
    ['plain.jsonl.zst', lines, /plain\.jsonl\.zst: not a Zstandard file/],
    ['twice.csv', 'a,b,a\n1,2,3\n', /twice\.csv:1: the header has 'a' twice/],
    ['quote.csv', 'a,b\n1,"x" y\n', /quote\.csv:2: not readable as CSV/],
    ['open.csv', 'a,b\n1,"x\n3,4\n', /open\.csv: not readable as CSV \(Quote Not Closed/],
    ['cut.json', '[{"n":1},', /cut\.json: not a valid JSON array/],
    ['text.parquet', 'no parquet at all', /text\.parquet: not readable as Parquet/],
  ])('says what is wrong with %s', async (name, content, message) => {
    const file = content === undefined ? join(folder, name) : write(name, content);
    const reading = rows(file);
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(message);
  });
});

describe('tables', () => {
  const table = 'prompt,n\n"two\r\nlines, ""quoted""",1\n\n plain ,\n';

  it.each(['\n', '\r\n', '\r'])('keep their cells as they stand, whatever ends a line (%j)', async (end) => {
    const text = table.replace(/(?<!\r)\n/g, end);
    expect(await rows(write('a.csv', `\uFEFF${text}`))).toMatchObject([
      { line: 2, value: { prompt: 'two\r\nlines, "quoted"', n: '1' }, cells: true },
      { line: 5, value: { prompt: ' plain ', n: '' }, cells: true },
    ]);
  });

  it('may mix line ends, hold a quote in a cell of TSV, and be packed', async () => {
    expect(await values(write('a.csv', 'a,b\r\n1,2\n3,4\r\n'))).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
    expect(await values(write('a.tsv.gz', gzipSync('a\tb\nsay "hi"\t"x\ty"\n')))).toEqual([
      { a: 'say "hi"', b: 'x\ty' },
    ]);
  });

  it('give a row with too few or too many cells as a problem of that row', async () => {
    expect(await rows(write('a.csv', 'a,b\n1\n2,3\n4,5,6\n'))).toMatchObject([
      { line: 2, problem: 'must have 2 cells as the header, got 1' },
      { line: 3, value: { a: '2', b: '3' } },
      { line: 4, problem: 'must have 2 cells as the header, got 3' },
    ]);
  });
});

describe('lines of a .txt', () => {
  it('are prompts as they stand; empty ones are passed over', async () => {
    const file = write('a.txt', 'Name a bird.\n\n  [1, 2] sorted is\r\n');
    expect(await rows(file)).toMatchObject([
      { line: 1, value: { prompt: 'Name a bird.' } },
      { line: 3, value: { prompt: '  [1, 2] sorted is' } },
    ]);
  });
});

describe('a folder', () => {
  const shards = (...names: string[]): string => {
    names.forEach((name) => write(name, `{"name":"${name}"}\n`));
    return folder;
  };

  it('is read where only a pattern names it, and a path alone is never a pattern', async () => {
    const wanted = join(shards('train-2.jsonl', 'train-10.jsonl', 'test-1.jsonl'), 'train-*.jsonl');
    expect((await rows(`glob:${wanted}`)).map(({ file }) => basename(file))).toEqual([
      'train-2.jsonl',
      'train-10.jsonl',
    ]);
    await expect(rows(wanted)).rejects.toThrow(`cannot read ${wanted}: no such file`);
    await expect(rows(`glob:${join(folder, '*.csv')}`)).rejects.toThrow(/^glob:.*\*\.csv: matches no file/);
  });

  it('is read shard by shard in natural order, without the files of the tools that wrote it', async () => {
    const names = ['part-2.jsonl', 'part-10.jsonl', 'part-1.jsonl'];
    const read = await rows(shards(...names, '_SUCCESS', '.part-1.jsonl.crc'));
    expect(read.map(({ file, line }) => [file.slice(folder.length + 1), line])).toEqual([
      ['part-1.jsonl', 1],
      ['part-2.jsonl', 1],
      ['part-10.jsonl', 1],
    ]);
  });

  it.each([
    [['train-0.jsonl', 'test-0.jsonl'], /differ in numbers alone, got test-0.jsonl and train-0.jsonl/],
    [['part-0.jsonl', 'README.md'], /got part-0.jsonl and README.md/],
    [['a-00000-of-00003.jsonl', 'a-00002-of-00003.jsonl'], /holds 2 of 3 shards/],
    [[], /a folder without files/],
  ])('with %j is refused', async (names, message) => {
    await expect(rows(shards(...names))).rejects.toThrow(message);
  });
});
