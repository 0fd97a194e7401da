import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJson } from '../../lib/files';
import { pluginPath } from '../backend/xla/pjrt/plugin-path';

const script = resolve(__dirname, '../../experiments/bench/gpu.mjs');
let folder: string;
/** Where the script and all that it starts keep what is not a result. */
let temporary: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-'));
  temporary = join(folder, 'temporary');
  mkdirSync(temporary);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Results {
  readonly gpu?: string;
  readonly interrupted?: string;
  readonly steps: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
}

function start(parameters: readonly string[]): ChildProcess {
  const path = `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`;
  const given = ['--python', join(folder, 'no-python'), '--plugin', pluginPath as string, ...parameters];
  return spawn(process.execPath, [script, join(folder, 'results'), ...given], {
    env: { ...process.env, PATH: path, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
const results = (): Results => readJson(join(folder, 'results', 'results.json')) as Results;

/** Processes with our folder for temporary files. */
function alive(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${temporary}`);
    } catch {
      return false;
    }
  });
}

describe.skipIf(pluginPath === undefined || !existsSync('/proc/self/environ'))(
  'the script for GPUs (needs Linux and the plugin of setup xla)',
  () => {
    it('writes what each step gave, and the load of the GPU beside it', async () => {
      // Stands in for the driver's program: answers the question, then tells the load until it is ended.
      mkdirSync(join(folder, 'bin'));
      const driver = join(folder, 'bin', 'nvidia-smi');
      writeFileSync(
        driver,
        '#!/bin/sh\ncase "$1" in\n--query*) echo "Stand-in, 1.2.3" ;;\ndmon) while :; do echo load; sleep 1; done ;;\nesac\n',
      );
      chmodSync(driver, 0o755);
      const [code] = (await once(start(['--steps', 'doctor']), 'exit')) as [number];
      expect(code).toBe(0);
      const { gpu, steps } = results();
      expect(gpu).toBe('Stand-in, 1.2.3');
      expect(steps['doctor']).toMatchObject({ ok: true, detail: expect.stringContaining('XLA') as string });
      const read = (name: string): string => readFileSync(join(folder, 'results', name), 'utf8');
      expect(read('profile.txt')).toContain('load');
      expect(read('summary.md')).toContain('Stand-in, 1.2.3');
      expect(readdirSync(temporary)).toEqual([]);
      await expect.poll(alive).toEqual([]);
    });

    it('keeps what was found when it is ended in the middle, and leaves nothing behind', async () => {
      const child = start(['--cpu', '--steps', 'doctor,smoke']);
      const ended = once(child, 'exit');
      await new Promise<void>((begun) => {
        let said = '';
        child.stderr?.on('data', (chunk) => {
          said += String(chunk);
          if (said.includes('gpu: smoke')) begun();
        });
      });
      child.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
      const { steps, interrupted } = results();
      expect(interrupted).toBe('SIGINT in smoke');
      expect(Object.keys(steps)).toEqual(['setup', 'doctor']);
      expect(readFileSync(join(folder, 'results', 'summary.md'), 'utf8')).toContain('ended by SIGINT');
      expect(readdirSync(temporary)).toEqual([]);
      await expect.poll(alive).toEqual([]);
    });

    it('says which steps there are', async () => {
      const child = start(['--steps', 'doctor,dinner']);
      let said = '';
      child.stderr?.on('data', (chunk) => (said += String(chunk)));
      expect(await once(child, 'close')).toEqual([2, null]);
      expect(said).toMatch(/there is no step dinner; known: setup, doctor, compile, /);
      expect(readdirSync(temporary)).toEqual([]);
    });
  },
);
