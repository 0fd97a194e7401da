/** The kernel as Jupyter starts it and talks to it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, until } from '../../support/processes';
import { startClient, type Client } from './jupyter-client';

const root = resolve(__dirname, '../../..');

describe('the kernel', () => {
  let folder: string;
  const clients: Client[] = [];
  const start = async (engine = 'cpu'): Promise<Client> => {
    const client = await startClient(folder, { RLHF_KIT_ENGINE: engine });
    clients.push(client);
    return client;
  };
  beforeAll(() => {
    // Far from the project.
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-far-'));
  });
  afterEach(() => clients.splice(0).forEach((client) => client.close()));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('runs cells on the chosen engine, in the notebook’s folder with the project’s packages, and says what it is', async () => {
    const kernel = await start('wasm');
    expect(await kernel.request('kernel_info_request', {})).toMatchObject({
      status: 'ok',
      implementation: 'rlhf-kit',
      language_info: { name: 'typescript', file_extension: '.ts' },
    });
    const first = await kernel.execute(
      "import * as tf from '@tensorflow/tfjs';\nimport { createRng } from 'rlhf-kit';\nimport { table } from 'arquero';\nconst t = table({ a: [1, 2] });\nconsole.log(tf.getBackend(), process.cwd(), typeof createRng, t.numRows());",
    );
    expect(first.stderr).toBe('');
    expect(first.reply).toMatchObject({ status: 'ok', execution_count: 1 });
    expect(first.stdout).toBe(`wasm ${realpathSync(folder)} function 2\n`);
    // A later cell sees what an earlier one declared, and may declare it anew.
    const second = await kernel.execute('const t = 5;\nt + 1');
    expect([second.reply['execution_count'], second.stdout]).toEqual([2, '6\n']);
    await kernel.execute('const rows = [{ points: 3 }];');
    expect((await kernel.execute('rows.map(({ points: own }) => own)')).stdout).toBe('[ 3 ]\n');
    expect(await kernel.request('comm_info_request', {})).toEqual({ status: 'ok', comms: {} });
  }, 120_000);

  it('checks types strictly and shows errors as errors, not as text', async () => {
    const kernel = await start();
    const refused = await kernel.execute(
      'const words: string[] = [];\nconst first: string = words.find(Boolean);',
      { stop_on_error: false },
    );
    expect(refused.reply).toMatchObject({ status: 'error', ename: 'TypeScript', execution_count: 1 });
    expect(refused.messages.find(({ type }) => type === 'error')?.content['evalue']).toBe(
      "2:7 - Type 'string | undefined' is not assignable to type 'string'.",
    );
    const thrown = await kernel.execute("throw new RangeError('out of range')", { stop_on_error: false });
    expect(thrown.messages.find(({ type }) => type === 'error')?.content).toEqual({
      ename: 'RangeError',
      evalue: 'out of range',
      traceback: ['RangeError: out of range'],
    });
    // With stop_on_error false the next cell runs at once.
    expect((await kernel.execute('1 + 1')).stdout).toBe('2\n');
    const rejected = await kernel.execute("void Promise.reject(new Error('nobody waits'))", {
      stop_on_error: false,
    });
    expect(rejected.reply).toMatchObject({ status: 'error', evalue: 'nobody waits' });
  }, 60_000);

  it('keeps what a cell declared before it threw, and what earlier cells declared under names that it did not get to', async () => {
    const kernel = await start();
    const go = { stop_on_error: false };
    await kernel.execute("const old = 1;\nconst name = 'first';");
    const failed = await kernel.execute(
      "import * as kit from 'rlhf-kit';\nlet empty: number | undefined;\nawait kit.readPairs('missing.jsonl');\nconst name = 2;\nconst later = 3;",
      go,
    );
    expect(failed.reply).toMatchObject({
      ename: 'InputError',
      evalue: `cannot read missing.jsonl: no such file or directory (${join(realpathSync(folder), 'missing.jsonl')})`,
    });
    expect((await kernel.execute('[typeof kit.readPairs, empty, old, name.length]')).stdout).toBe(
      "[ 'function', undefined, 1, 5 ]\n",
    );
    expect((await kernel.execute('later', go)).reply['evalue']).toContain("Cannot find name 'later'");
    expect(
      (await kernel.request('complete_request', { code: 'kit.readPai', cursor_pos: 11 }))['matches'],
    ).toContain('readPairs');
    // One that stops waiting leaves what it has too.
    await kernel.execute(
      "const kept = 4;\nvoid Promise.reject(new Error('nobody waits'));\nawait new Promise(() => {});",
      go,
    );
    expect((await kernel.execute('kept')).stdout).toBe('4\n');
  }, 60_000);

  it('shows a table that is the last expression', async () => {
    const kernel = await start();
    const { stdout, messages } = await kernel.execute(
      "import { DataFrame } from 'danfojs-node';\nnew DataFrame([{ task: 'list', n: 2 }]).describe()",
    );
    expect(stdout).toBe('');
    const shown = messages
      .filter(({ type }) => type === 'display_data')
      .map(({ content }) => content['data']);
    expect(shown).toMatchObject([
      {
        'text/plain': expect.stringMatching(/^ +n\ncount +1\n/) as unknown,
        'text/html': expect.stringContaining('<table') as unknown,
      },
    ]);
  }, 60_000);

  it('loses no line of a cell that prints thousands, nor a line of 300 kB', async () => {
    const kernel = await start();
    const lines = await kernel.execute("for (let i = 0; i < 20000; i++) console.log('line', i);");
    expect(lines.stdout).toBe(Array.from({ length: 20000 }, (_, i) => `line ${i}\n`).join(''));
    const long = await kernel.execute("console.log('x'.repeat(300000));");
    expect(long.stdout).toHaveLength(300_001);
    expect(long.messages.filter(({ type }) => type === 'stream')).toHaveLength(1);
  }, 60_000);

  it('does not run cells that were waiting when one failed', async () => {
    const kernel = await start();
    const [failed, waiting] = await Promise.all([
      kernel.execute("await new Promise((r) => setTimeout(r, 200));\nthrow new Error('first');"),
      kernel.execute("console.log('must not run')"),
    ]);
    expect(failed.reply['status']).toBe('error');
    expect(waiting.reply['status']).toBe('aborted');
    expect(waiting.stdout).toBe('');
    await new Promise((later) => setTimeout(later, 200));
    expect((await kernel.execute('3')).stdout).toBe('3\n');
  }, 60_000);

  it.each([
    ['that waits', 'await new Promise(() => {});'],
    ['that computes', 'for (;;) {}'],
  ])(
    'interrupts a cell %s, and goes on',
    async (_, source) => {
      const kernel = await start();
      await kernel.execute('const kept = 7;');
      const endless = kernel.execute(source);
      await new Promise((later) => setTimeout(later, 1500));
      kernel.child.kill('SIGINT');
      const { reply, messages } = await endless;
      expect(reply).toMatchObject({
        status: 'error',
        ename: 'Interrupted',
        evalue: 'the cell was interrupted',
      });
      expect(messages.filter(({ type }) => type === 'error')).toHaveLength(1);
      await new Promise((later) => setTimeout(later, 200));
      expect((await kernel.execute('kept')).stdout).toBe('7\n');
    },
    60_000,
  );

  it('says in the first cell, and in every other, that an engine cannot be had, until another is chosen', async () => {
    const kernel = await start('tensorflwo');
    for (let i = 0; i < 2; i++) {
      const { reply } = await kernel.execute('1', { stop_on_error: false });
      expect(reply['evalue']).toMatch(/^unknown engine 'tensorflwo'; did you mean 'tensorflow'\?/);
    }
    const chosen = await kernel.execute(
      "import { useEngine } from 'rlhf-kit';\nconsole.log(await useEngine('cpu'));",
    );
    expect(chosen.stdout).toBe('cpu\n');
    expect((await kernel.execute('1')).reply['status']).toBe('ok');
  }, 60_000);

  it('ends when it is told to', async () => {
    const kernel = await start();
    expect(await kernel.request('shutdown_request', { restart: false })).toEqual({
      status: 'ok',
      restart: false,
    });
    expect(await kernel.ended).toBe(0);
  });

  it('keeps two notebooks apart', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await a.execute('const here = 1;');
    const { reply } = await b.execute('here');
    expect(reply['evalue']).toContain("Cannot find name 'here'");
    expect((await a.execute('here')).stdout).toBe('1\n');
  }, 60_000);

  it('does not outlive the program that started it', async () => {
    const specification = join(root, 'bin', 'rlhf-kit.js');
    const kernel = await start();
    const connection = readFileSync(`/proc/${kernel.child.pid}/cmdline`, 'utf8').split('\0').at(-2) as string;
    await kernel.request('shutdown_request', { restart: false });
    await kernel.ended;
    const starter = spawn(
      process.execPath,
      [
        '-e',
        `const { spawn } = require('node:child_process');
         const child = spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: 'ignore' });
         console.log(child.pid); setInterval(() => {}, 1000);`,
        ...[specification, 'kernel', 'start', '--connection-file', connection],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, RLHF_KIT_ENGINE: 'cpu' } },
    );
    const pid = await new Promise<number>((found) =>
      starter.stdout.once('data', (line: Buffer) => found(Number(line.toString()))),
    );
    await new Promise((later) => setTimeout(later, 3000));
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the kernel ends', 10_000);
  }, 60_000);
});
