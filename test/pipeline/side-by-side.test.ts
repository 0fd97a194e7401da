import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineSummary } from '../../lib/evaluation/summary';
import { readJson } from '../../lib/files';
import { engines } from '../support/engines';

const program = join(__dirname, '..', '..', 'bin', 'rlhf-kit.js');

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-side-by-side-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the pipeline at smoke size as a program; `interruptAt`: Ctrl-C as soon as this file is there. */
function run(name: string, flags: string[], interruptAt?: string): Promise<{ code: number; errors: string }> {
  const child = spawn(
    process.execPath,
    [program, 'pipeline', '--preset', 'smoke', '--out', join(folder, name), ...flags],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, RLHF_KIT_PROGRESS: 'off', RLHF_KIT_ENGINE: engines[0] },
    },
  );
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const watch = setInterval(() => {
    if (interruptAt === undefined || !existsSync(join(folder, name, interruptAt))) return;
    clearInterval(watch);
    child.kill('SIGINT');
  }, 5);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code: code ?? -1, errors });
    });
  });
}

const summary = (name: string): PipelineSummary => ({
  ...readJson<PipelineSummary>(join(folder, name, 'summary.json')),
  wallSeconds: 0,
});

describe('steps of the pipeline side by side', () => {
  it('end, when stopped by Ctrl-C and resumed, with the numbers of an unbroken run', async () => {
    const unbroken = await run('unbroken', []);
    expect(unbroken.code, unbroken.errors).toBe(0);
    const stopped = await run('stopped', [], 'ppo/config.json');
    expect(stopped.code, stopped.errors).toBe(130);
    expect(existsSync(join(folder, 'stopped', 'summary.json'))).toBe(false);
    const resumed = await run('stopped', ['--resume']);
    expect(resumed.code, resumed.errors).toBe(0);
    expect(summary('stopped')).toEqual(summary('unbroken'));
  }, 300_000);

  it('are at least one: another number gets one sentence and code 2', async () => {
    const { code, errors } = await run('taken', ['--jobs', '0']);
    expect(code).toBe(2);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(errors).toMatch(/jobs/);
  });
});
