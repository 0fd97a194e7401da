import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { canCompile, compilePlugin } from '../../support/fake-plugin';
import { pluginPath } from '../xla/pjrt/plugin-path';

const root = resolve(__dirname, '../../..');
let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-facts-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** What a process with a plugin and an empty cache finds, as built. */
function ask(plugin: string, expression: string): unknown {
  const script = `
    const facts = require(${JSON.stringify(join(root, 'dist/lib/backend/setup/plugin-facts.js'))});
    const backend = require(${JSON.stringify(join(root, 'dist/lib/backend'))});
    console.log(JSON.stringify(${expression}));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: {
      ...process.env,
      RLHF_KIT_CACHE: join(folder, 'cache'),
      RLHF_KIT_PJRT_PLUGIN: plugin,
      GLIBC_TUNABLES: '',
      NPROC: '',
    },
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe.skipIf(!canCompile)('a plugin for CUDA (needs a C compiler)', () => {
  it('is known before the process that computes begins: neither one arena nor fewer threads to compile with', () => {
    const plugin = join(folder, 'any-name.so');
    compilePlugin(plugin, { CUDA_VERSION: 13000 });
    expect(ask(plugin, `facts.pluginFacts(${JSON.stringify(plugin)})`)).toMatchObject({ forCuda: true });
    expect(ask(plugin, `backend.engineEnvironment('xla')`)).toEqual({});
    expect(ask(plugin, `backend.takeThreads(1)`)).not.toHaveProperty('NPROC');
  });

  it('is asked again when its file was replaced', () => {
    const plugin = join(folder, 'plugin.so');
    const facts = `facts.pluginFacts(${JSON.stringify(plugin)})`;
    compilePlugin(plugin, { CUDA_VERSION: 13000 });
    expect(ask(plugin, facts)).toMatchObject({ forCuda: true, version: { major: 0, minor: 81 } });
    compilePlugin(plugin, { MINOR: 90 });
    expect(ask(plugin, facts)).toMatchObject({ forCuda: false, version: { minor: 90 } });
  });
});

it('a file that is no plugin is refused, and nothing is remembered', () => {
  const plugin = join(folder, 'plugin.so');
  writeFileSync(plugin, 'no library');
  const expression = `(() => { try { return facts.pluginFacts(${JSON.stringify(plugin)}); } catch (error) { return error.message; } })()`;
  expect(ask(plugin, expression)).toMatch(/plugin\.so is no PJRT plugin/);
  expect(existsSync(join(folder, 'cache'))).toBe(false);
});

it.skipIf(pluginPath === undefined || process.platform !== 'linux')(
  'a plugin for processors gets one arena, and the threads that it is given (needs the plugin of setup xla)',
  () => {
    const path = pluginPath as string;
    expect(ask(path, `backend.engineEnvironment('xla')`)).toMatchObject({
      GLIBC_TUNABLES: expect.stringContaining('glibc.malloc.arena_max=1') as string,
    });
    expect(ask(path, `backend.takeThreads(3)`)).toMatchObject({ NPROC: '3' });
  },
);
