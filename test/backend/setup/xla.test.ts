import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { xlaBuilds } from '../../../lib/backend/setup/pins';
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
