import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  BackendUnavailableError,
  currentEngine,
  defaultEngine,
  engineNames,
  findEngine,
  listEngines,
  useEngine,
} from '../../lib/backend';
import { InputError } from '../../lib/errors';
import { engines } from '../support/engines';

describe('useEngine', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('takes the name that is given, then RLHF_KIT_ENGINE', async () => {
    vi.stubEnv('RLHF_KIT_ENGINE', 'wasm');
    expect(await useEngine('cpu')).toBe('cpu');
    expect(currentEngine()).toBe('cpu');
    expect(await useEngine()).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });

  it('refuses an unknown name, with the near match and the known ones', async () => {
    await expect(useEngine('tensorflw')).rejects.toThrow(
      "unknown engine 'tensorflw'; did you mean 'tensorflow'? (known: tensorflow, xla, wasm, cpu)",
    );
    vi.stubEnv('RLHF_KIT_ENGINE', 'gpu9000');
    await expect(useEngine()).rejects.toThrow(InputError);
  });

  it('never takes another engine in place of one that Node is too new for', async () => {
    // The engine must not have been loaded in this process: then it would not be loaded again.
    const node = Object.getOwnPropertyDescriptor(process.versions, 'node') as PropertyDescriptor;
    const registered = tf.findBackendFactory('tensorflow');
    if (registered !== null) tf.removeBackend('tensorflow');
    Object.defineProperty(process.versions, 'node', { ...node, value: '23.1.0' });
    try {
      await useEngine('cpu');
      const attempt = useEngine('tensorflow');
      await expect(attempt).rejects.toThrow(BackendUnavailableError);
      await expect(attempt).rejects.toThrow(/needs Node 22 or older .* got Node 23\.1\.0/);
      expect(currentEngine()).toBe('cpu');
    } finally {
      Object.defineProperty(process.versions, 'node', node);
    }
  });

  it('says how to get the tensorflow engine where its package is missing', () => {
    const root = join(__dirname, '../..');
    const script = `require(${JSON.stringify(join(root, 'dist/lib/backend'))}).useEngine('tensorflow')
      .catch((error) => console.log(error.name + ': ' + error.message));`;
    const hide = ['--import', join(root, 'test/support/hide-tensorflow.mjs')];
    const { stdout } = spawnSync(process.execPath, [...hide, '-e', script], { encoding: 'utf8' });
    expect(stdout).toBe(
      "BackendUnavailableError: the tensorflow engine is not set up (Cannot find module '@tensorflow/tfjs-node-gpu/package.json'); run: npx rlhf-kit setup tensorflow\n",
    );
  });
});

describe('listEngines', () => {
  it('names every engine, with a version or the way to get it, and leaves the chosen one computing', async () => {
    await useEngine('wasm');
    const statuses = await listEngines();
    expect(statuses.map(({ name }) => name)).toEqual([...engineNames]);
    for (const { available, detail } of statuses) {
      expect(detail).toMatch(available ? /\d+\.\d+\.\d+/ : /run: npx rlhf-kit setup|needs Node/);
    }
    expect(statuses.filter(({ available }) => available).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['wasm', 'cpu']),
    );
    expect(currentEngine()).toBe('wasm');
  });

  it.skipIf(engines.includes(defaultEngine))(
    'the default engine is not set up here: its tests are left out (rlhf-kit setup xla)',
    () => expect(findEngine(defaultEngine).purpose).toContain('default'),
  );
});
