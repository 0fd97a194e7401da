import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/** Something done to the program as soon as a file of its run is there. */
interface Incident {
  readonly file: string;
  happen(program: ChildProcess): void;
}

/** Runs the pipeline at smoke size as a program. */
function run(name: string, flags: string[], incident?: Incident): Promise<{ code: number; errors: string }> {
  const child = spawn(
    process.execPath,
    [program, 'pipeline', '--preset', 'smoke', '--out', join(folder, name), ...flags],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, RLHF_KIT_PROGRESS: '', RLHF_KIT_ENGINE: engines[0] },
    },
  );
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const watch = setInterval(() => {
    if (incident === undefined || !existsSync(join(folder, name, incident.file))) return;
    clearInterval(watch);
    incident.happen(child);
  }, 5);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code: code ?? -1, errors });
    });
  });
}

const ctrlC = (child: ChildProcess): void => void child.kill('SIGINT');

/** As when a native library corrupts its memory: every process that the program started is aborted. */
function abortWorkers({ pid }: ChildProcess): void {
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  for (const worker of workers) process.kill(Number(worker), 'SIGABRT');
}

const summary = (name: string): PipelineSummary => ({
  ...readJson<PipelineSummary>(join(folder, name, 'summary.json')),
  wallSeconds: 0,
});

describe('workers of the pipeline', () => {
  beforeAll(async () => {
    const { code, errors } = await run('unbroken', []);
    expect(code, errors).toBe(0);
  }, 300_000);

  it('that are stopped by Ctrl-C and resumed end with the numbers of an unbroken run', async () => {
    const stopped = await run('stopped', [], { file: 'ppo/config.json', happen: ctrlC });
    expect(stopped.code, stopped.errors).toBe(130);
    expect(existsSync(join(folder, 'stopped', 'summary.json'))).toBe(false);
    const resumed = await run('stopped', ['--resume']);
    expect(resumed.code, resumed.errors).toBe(0);
    expect(summary('stopped')).toEqual(summary('unbroken'));
  }, 300_000);

  it.skipIf(process.platform !== 'linux')(
    'that crash are replaced, said aloud, and the run ends with the numbers of an unbroken one',
    async () => {
      const { code, errors } = await run('crashed', [], { file: 'ppo/config.json', happen: abortWorkers });
      expect(code, errors).toBe(0);
      expect(errors).toMatch(/the process of ppo ended with SIGABRT; the stage goes on/);
      expect(summary('crashed')).toEqual(summary('unbroken'));
    },
    300_000,
  );

  it('are at least one: another number gets one sentence and code 2', async () => {
    const { code, errors } = await run('taken', ['--jobs', '0']);
    expect(code).toBe(2);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(errors).toMatch(/jobs/);
  });
});
