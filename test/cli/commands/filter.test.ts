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
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../lib/cli/command';
import { filterCommand } from '../../../lib/cli/commands/filter';
import { readPairs } from '../../../lib/preferences/readers/open';
import { vote } from '../../filter/make-vote';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-filter-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const run = (...argv: readonly string[]): Promise<unknown> =>
  filterCommand.run(parseCommandLine(filterCommand, argv));
const json = (name: string): unknown => JSON.parse(readFileSync(at(name), 'utf8'));

function writeVotes(...more: readonly unknown[]): string {
  const rows = [vote('x>y', 'm'), vote('x>y', 'n'), vote('x=z', 'm'), ...more];
  writeFileSync(at('votes.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return at('votes.jsonl');
}

describe('rlhf-kit filter', () => {
  it('writes pairs and both reports, and returns the summary', async () => {
    const result = await run('--votes', writeVotes(), '--out', at('deep/out/'));
    expect(result).toMatchObject({ comparisons: 3, ties: 1, cyclic: 0, duplicates: 0, kept: 1, badRows: 0 });
    expect(readdirSync(at('deep/out')).sort()).toEqual(['pairs.jsonl', 'report.json', 'report.md']);
    expect(readdirSync(at('deep'))).toEqual(['out']);
    expect(json('deep/out/report.json')).toMatchObject({ source: 'votes', kept: 1, badRows: 0 });
    expect(await readPairs(at('deep/out/pairs.jsonl'))).toMatchObject([
      { chosen: 'text x', rejected: 'text y' },
    ]);
  });

  it('filters its own pairs to the same pairs', async () => {
    await run('--votes', writeVotes(), '--out', at('once'));
    await run('--pairs', at('once/pairs.jsonl'), '--out', at('twice'));
    expect(readFileSync(at('twice/pairs.jsonl'), 'utf8')).toBe(readFileSync(at('once/pairs.jsonl'), 'utf8'));
  });

  it('reads pairs from Parquet', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const message = (role: string, content: string): string =>
      `[{'role': '${role}', 'content': '${content}'}]`;
    await connection.run(
      `COPY (SELECT ${message('user', 'Why?')} AS prompt, ${message('assistant', 'So.')} AS chosen, ${message('assistant', 'No.')} AS rejected) TO '${at('pairs.parquet')}' (FORMAT PARQUET)`,
    );
    connection.closeSync();
    expect(await run('--pairs', at('pairs.parquet'), '--out', at('out'))).toMatchObject({ kept: 1 });
    expect(json('out/pairs.jsonl')).toMatchObject({ chosen: [{ role: 'assistant', content: 'So.' }] });
  });

  it('stops at a bad row and leaves nothing, or sets it aside and counts it', async () => {
    const votes = writeVotes({ ...vote('x>y'), winner: 'left' });
    await expect(run('--votes', votes, '--out', at('out'))).rejects.toThrow(
      /votes\.jsonl:4: 'winner' must be one of a, b, tie, got "left"/,
    );
    expect(readdirSync(folder)).toEqual(['votes.jsonl']);
    const result = await run('--votes', votes, '--out', at('out'), '--on-bad-row', 'setAside');
    expect(result).toMatchObject({ comparisons: 3, badRows: 1 });
    expect(json('out/bad-rows.jsonl')).toMatchObject({ line: 4, field: 'winner', row: { winner: 'left' } });
  });

  it('overwrites nothing, not even an empty folder', async () => {
    mkdirSync(at('out'));
    await expect(run('--votes', writeVotes(), '--out', at('out'))).rejects.toThrow(/out exists/);
    expect(readdirSync(at('out'))).toEqual([]);
  });

  it('wants one input and refuses what is no file', async () => {
    await expect(run('--out', at('out'))).rejects.toThrow(/one of --votes and --pairs, got none/);
    const votes = writeVotes();
    await expect(run('--votes', votes, '--pairs', votes, '--out', at('out'))).rejects.toThrow(/got both/);
    await expect(run('--votes', at('none.jsonl'), '--out', at('out'))).rejects.toThrow(/no such file/);
    writeFileSync(at('notes.txt'), 'mine');
    await expect(run('--votes', folder, '--out', at('out'))).rejects.toThrow(
      /shards of a folder must have names that differ in numbers alone, got notes\.txt and votes\.jsonl/,
    );
    expect(existsSync(at('out'))).toBe(false);
  });

  it('says when the results cannot be written', async () => {
    await expect(run('--votes', writeVotes(), '--out', at('votes.jsonl/out'))).rejects.toThrow(
      /cannot write .*votes\.jsonl\/out/,
    );
  });
});
