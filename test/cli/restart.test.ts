import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { engines } from '../support/engines';
import { saveTinyModel } from '../support/tiny-model';

const program = join(__dirname, '../../bin/rlhf-kit.js');
/** Each beginning of the program tells its process and what it knows of the allocator. */
const witness = 'process.stderr.write(`begins ${process.pid} ${process.env.GLIBC_TUNABLES ?? "-"}\\n`)';

describe.skipIf(process.platform !== 'linux')('a command that computes', () => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-restart-'));
    await useEngine('cpu');
    saveTinyModel(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const begins = (engine: string): { pids: string[]; settings: string[] } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [program, 'generate', '--model', folder, '--prompt', 'a', '--max-new-tokens', '2', '--engine', engine],
      {
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(witness)}` },
      },
    );
    expect(status, stderr).toBe(0);
    expect(stdout.length).toBeGreaterThan(0);
    const lines = [...stderr.matchAll(/^begins (\d+) (\S+)$/gm)];
    return {
      pids: lines.map(([, pid]) => pid as string),
      settings: lines.map(([, , text]) => text as string),
    };
  };

  it('begins once on an engine that needs nothing', () => {
    expect(begins('cpu').settings).toEqual(['-']);
  });

  it.skipIf(!engines.includes('xla'))(
    'goes on as the same process with the settings that xla wants (needs the xla engine)',
    () => {
      const { pids, settings } = begins('xla');
      expect(settings).toEqual(['-', expect.stringContaining('glibc.malloc.arena_max=1')]);
      expect(pids[0]).toBe(pids[1]);
    },
  );
});
