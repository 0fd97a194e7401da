import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { readJson } from '../../lib/files';
import { scratchRun } from '../../lib/notebook/scratch-run';
import { sharedFile } from '../../lib/notebook/shared-files';

const folder = mkdtempSync(join(tmpdir(), 'scratch-'));
const here = process.cwd();
const shared = process.env['RLHF_KIT_SHARED'];
beforeAll(async () => {
  await useEngine('cpu');
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true });
  if (shared === undefined) delete process.env['RLHF_KIT_SHARED'];
  else process.env['RLHF_KIT_SHARED'] = shared;
});

describe('scratchRun', () => {
  it('is a new run each time, with its configuration', async () => {
    const [one, two] = [await scratchRun('own', { steps: 3 }), await scratchRun('own', { steps: 3 })];
    expect(one.path).not.toBe(two.path);
    expect(one.path).toContain(join('runs', 'notebooks', 'scratch', 'own-'));
    expect(one.resumed).toBe(false);
    expect(readJson(one.file('config.json'))).toEqual({ steps: 3 });
    expect(readJson(one.file('manifest.json'))).toMatchObject({ command: 'notebook/own', engine: 'cpu' });
  });
});

describe('sharedFile', () => {
  it('finds what is below data in the shared folder, and says by undefined what is not', () => {
    process.env['RLHF_KIT_SHARED'] = here;
    expect(sharedFile('package.json')).toBeUndefined();
    process.env['RLHF_KIT_SHARED'] = join(folder, 'none');
    expect(sharedFile('stories260K')).toBeUndefined();
    delete process.env['RLHF_KIT_SHARED'];
    expect(sharedFile('stories260K')).toBeUndefined();
    expect(existsSync(join('..', 'shared', 'data', 'stories260K'))).toBe(false);
  });
});
