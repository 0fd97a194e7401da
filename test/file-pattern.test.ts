import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../lib/errors';
import { matchedFiles } from '../lib/file-pattern';

describe('matchedFiles', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-pattern-'));
    for (const name of ['part-10.csv', 'part-2.csv', 'part-2.txt', 'a[1].csv'])
      writeFileSync(join(folder, name), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are those of a pattern, in natural order', () => {
    const files = matchedFiles(`glob:${join(folder, 'part-*.csv')}`);
    expect(files?.map((file) => basename(file))).toEqual(['part-2.csv', 'part-10.csv']);
  });

  it('are none of a path that does not begin as a pattern, whatever its characters', () => {
    for (const name of ['part-*.csv', 'a[1].csv', 'absent'])
      expect(matchedFiles(join(folder, name))).toBeUndefined();
  });

  it('are at least one', () => {
    expect(() => matchedFiles(`glob:${folder}/*.parquet`)).toThrow(InputError);
    expect(() => matchedFiles(`glob:${folder}/*.parquet`)).toThrow(
      /^glob:.*\*\.parquet: matches no file in /,
    );
  });
});
