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
  it('give the numbers of steps one after another, also when stopped by Ctrl-C and resumed', async () => {
    const alone = await run('alone', ['--jobs', '1']);
    expect(alone.code, alone.errors).toBe(0);
    const stopped = await run('beside', ['--jobs', '2'], 'ppo/config.json');
    expect(stopped.code, stopped.errors).toBe(130);
    expect(existsSync(join(folder, 'beside', 'summary.json'))).toBe(false);
    const resumed = await run('beside', ['--jobs', '2', '--resume']);
    expect(resumed.code, resumed.errors).toBe(0);
    expect(summary('beside')).toEqual(summary('alone'));
  }, 300_000);

  it('are at least one: another number gets one sentence and code 2', async () => {
    const { code, errors } = await run('taken', ['--jobs', '0']);
    expect(code).toBe(2);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(errors).toMatch(/jobs/);
  });
});
