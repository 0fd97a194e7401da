import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import { streamContainer, type ContainerRow } from '../../../lib/preferences/readers/container';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-container-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function rows(file: string): Promise<ContainerRow[]> {
  const all: ContainerRow[] = [];
  for await (const row of streamContainer(file)) all.push(row);
  return all;
}

const values = async (file: string): Promise<unknown[]> => (await rows(file)).map(({ value }) => value);
const two = [
  { text: '一', n: 1 },
  { text: 'two\u2028lines', n: 2 },
];
const lines = two.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('streamContainer', () => {
  it.each([
    ['a.jsonl', lines],
    ['a.jsonl.gz', gzipSync(lines)],
    ['a.json', JSON.stringify(two, null, 2)],
    ['a.json.gz', gzipSync(JSON.stringify(two))],
    ['lines-named.json', lines],
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
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT 7::BIGINT AS id, [{'role': 'user', 'content': '你好'}] AS prompt, NULL AS task) TO '${file}' (FORMAT PARQUET)`,
    );
    connection.closeSync();
    expect(await rows(file)).toEqual([
      { line: 1, value: { id: 7, prompt: [{ role: 'user', content: '你好' }], task: null } },
    ]);
  });

  it.each([
    ['missing.jsonl', undefined, /missing\.jsonl: no such file/],
    ['cut.jsonl.gz', gzipSync(lines.repeat(5000)).subarray(0, 600), /cut\.jsonl\.gz: .*ends early/],
    ['cut.json.gz', gzipSync(JSON.stringify(two)).subarray(0, 40), /cut\.json\.gz: not a valid JSON array/],
    ['plain.jsonl.gz', lines, /plain\.jsonl\.gz: .*header/],
    ['cut.json', '[{"n":1},', /cut\.json: not a valid JSON array/],
    ['text.parquet', 'no parquet at all', /text\.parquet: not readable as Parquet/],
  ])('says what is wrong with %s', async (name, content, message) => {
    const file = content === undefined ? join(folder, name) : write(name, content);
    const reading = rows(file);
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(message);
  });
});
