import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { xlaBuilds } from '../../../lib/backend/setup/pins';
import { pluginPath } from '../xla/pjrt/plugin-path';
import { chooseXlaBuild, findPlugin, setupXla } from '../../../lib/backend/setup/xla';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-xla-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('setup xla', () => {
  it('has one wheel for each platform, pinned by hash, and a sentence for the others', () => {
    expect(chooseXlaBuild('linux', 'x64')).toBe(xlaBuilds[0]);
    expect(chooseXlaBuild('linux', 'arm64')).toBe(xlaBuilds[1]);
    for (const { wheels } of xlaBuilds) expect(wheels[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(() => chooseXlaBuild('darwin', 'arm64')).toThrow(
      'setup xla knows Linux on x64 and arm64 only, got darwin on arm64',
    );
  });

  it('finds the plugin that is named, or says what to run', () => {
    vi.stubEnv('RLHF_KIT_CACHE', folder);
    vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', '');
    expect(findPlugin).toThrow('there is no XLA plugin; run: npx rlhf-kit setup xla');
    vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', join(folder, 'plugin.so'));
    expect(findPlugin).toThrow(/RLHF_KIT_PJRT_PLUGIN names .*plugin\.so, which is not there/);
    writeFileSync(join(folder, 'plugin.so'), '');
    expect(findPlugin()).toBe(join(folder, 'plugin.so'));
  });

  it('says in one sentence that its place in the cache cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('RLHF_KIT_CACHE', join(folder, 'file'));
    await expect(setupXla(() => {})).rejects.toThrow(/^setup xla: .*not a directory/);
  });
});

describe('setup xla --plugin', () => {
  const program = join(__dirname, '../../../bin/rlhf-kit.js');
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, [program, ...argv], {
      encoding: 'utf8',
      env: { ...process.env, RLHF_KIT_CACHE: folder, RLHF_KIT_PJRT_PLUGIN: '' },
    });

  it('refuses a file that is no plugin, and remembers nothing of it', () => {
    writeFileSync(join(folder, 'plugin.so'), 'no library');
    const { status, stderr } = run('setup', 'xla', '--plugin', join(folder, 'plugin.so'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/setup xla: .*plugin\.so is no PJRT plugin: /);
    expect(readdirSync(folder)).toEqual(['plugin.so']);
  });

  it.skipIf(pluginPath === undefined)(
    'is what the engine loads from then on, until it is gone (needs the plugin of setup xla)',
    () => {
      const own = join(folder, 'own.so');
      symlinkSync(pluginPath as string, own);
      expect(JSON.parse(run('setup', 'xla', '--plugin', own).stdout)).toEqual({
        changed: true,
        directory: own,
      });
      const doctor = JSON.parse(run('doctor', '--engine', 'xla').stdout) as Record<string, unknown>;
      expect(doctor).toMatchObject({ available: true, detail: expect.stringContaining('own.so') as string });
      rmSync(own);
      vi.stubEnv('RLHF_KIT_CACHE', folder);
      vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', '');
      expect(findPlugin).toThrow(/the XLA plugin .*own\.so is gone; run: npx rlhf-kit setup xla/);
    },
  );
});
