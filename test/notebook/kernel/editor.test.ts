/**
 * The kernel as an editor uses it: VS Code's Jupyter starts it by its specification in the folder of the notebook and talks to its
 * sockets itself, without a Jupyter server or Python.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, processesWith, until } from '../../support/processes';
import { startClient, type Client } from './jupyter-client';

const plotly = 'application/vnd.plotly.v1+json';

describe('an editor with the kernel', () => {
  let notebooks: string;
  let kernel: Client;
  beforeAll(() => {
    notebooks = mkdtempSync(join(tmpdir(), 'rlhf-kit-editor-'));
  });
  beforeEach(async () => {
    kernel = await startClient(notebooks, { RLHF_KIT_ENGINE: 'cpu' });
  });
  afterEach(() => kernel.close());
  afterAll(() => rmSync(notebooks, { recursive: true }));

  /** Nothing of the kernel is left: neither its process nor one that it started with its connection file. */
  const isGone = (): boolean =>
    !isAlive(kernel.child.pid as number) && processesWith(connection()).size === 0;
  const connection = (): string => kernel.child.spawnargs.at(-1) as string;

  it('greets it, runs cells, shows charts, completes and explains names, interrupts and ends it', async () => {
    expect(await kernel.request('kernel_info_request', {}, 'control')).toMatchObject({
      status: 'ok',
      protocol_version: '5.3',
      language_info: { name: 'typescript' },
    });
    expect(await kernel.heartbeat('ping')).toBe('ping');

    const cell = await kernel.execute(
      `import * as kit from 'rlhf-kit';
       console.log('before');
       kit.plot({ data: [{ type: 'bar', x: ['a', 'b'], y: [1, 2] }], layout: { yaxis: { title: { text: 'tokens' } } } });
       console.error('after');`,
    );
    expect(cell.reply).toMatchObject({ status: 'ok', execution_count: 1 });
    expect([cell.stdout, cell.stderr]).toEqual(['before\n', 'after\n']);
    const [shown, ...more] = cell.messages.filter(({ type }) => type === 'display_data');
    expect(more).toEqual([]);
    expect(shown?.content['data']).toMatchObject({
      [plotly]: {
        data: [{ type: 'bar', x: ['a', 'b'], y: [1, 2] }],
        layout: { yaxis: { title: { text: 'tokens' } } },
      },
      'text/plain': 'Chart (drawn in notebooks): tokens',
    });
    // In the order that an editor shows outputs in.
    const order = ['execute_input', 'stream', 'display_data', 'stream'];
    expect(cell.messages.map(({ type }) => type).filter((type) => type !== 'status')).toEqual(order);

    const code = 'kit.createRn';
    const complete = await kernel.request('complete_request', { code, cursor_pos: code.length });
    expect(complete).toMatchObject({
      status: 'ok',
      matches: expect.arrayContaining(['createRng']) as unknown,
    });
    const inspect = await kernel.request('inspect_request', {
      code: 'kit.createRng',
      cursor_pos: 8,
      detail_level: 0,
    });
    expect(inspect).toMatchObject({ status: 'ok', found: true });
    expect(JSON.stringify(inspect['data'])).toContain('createRng(seed');

    const endless = kernel.execute('for (;;) {}', { stop_on_error: false });
    await new Promise((later) => setTimeout(later, 1000));
    kernel.child.kill('SIGINT');
    expect((await endless).reply).toMatchObject({ status: 'error', ename: 'Interrupted' });
    expect((await kernel.execute('1 + 1')).stdout).toBe('2\n');

    expect(await kernel.request('shutdown_request', { restart: false }, 'control')).toEqual({
      status: 'ok',
      restart: false,
    });
    expect(await kernel.ended).toBe(0);
    await until(isGone, 'nothing of the kernel is left');
  }, 120_000);

  it('ends it while a cell runs: asked on the control channel, or by a signal', async () => {
    void kernel.execute('await new Promise(() => {});');
    await new Promise((later) => setTimeout(later, 500));
    await kernel.request('shutdown_request', { restart: true }, 'control');
    expect(await kernel.ended).toBe(0);
    await until(isGone, 'nothing of the kernel is left');

    kernel.close();
    kernel = await startClient(notebooks, { RLHF_KIT_ENGINE: 'cpu' });
    void kernel.execute('for (;;) {}');
    await new Promise((later) => setTimeout(later, 500));
    kernel.child.kill('SIGTERM');
    await kernel.ended;
    await until(isGone, 'nothing of the kernel is left');
  }, 60_000);
});
