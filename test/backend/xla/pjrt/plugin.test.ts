import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPlugin } from '../../../../lib/backend/xla/pjrt/plugin';
import { pluginPath } from './plugin-path';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-plugin-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('loadPlugin', () => {
  it('says what is wrong with a file that is missing or no plugin, and the process goes on', () => {
    const path = join(folder, 'plugin.so');
    expect(() => loadPlugin(path)).toThrow(`xla: there is no plugin at ${path}`);
    writeFileSync(path, 'no library');
    expect(() => loadPlugin(path)).toThrow(/xla: .*plugin\.so is no PJRT plugin: /);
  });

  it.skipIf(pluginPath === undefined)(
    'lets the process end without a crash (needs the plugin of setup xla)',
    () => {
      const compiled = join(__dirname, '..', '..', '..', '..', 'dist', 'lib', 'backend', 'xla', 'pjrt');
      const { status, signal, stdout } = spawnSync(
        process.execPath,
        [
          '-e',
          `const { Client } = require('${compiled}/client'); const { loadPlugin } = require('${compiled}/plugin');
           const client = new Client(loadPlugin(process.argv[1]));
           client.put(Float32Array.of(7), 'float32', [1]).read().then(([seven]) => console.log(seven));`,
          pluginPath as string,
        ],
        { encoding: 'utf8' },
      );
      expect({ status, signal, stdout }).toEqual({ status: 0, signal: null, stdout: '7\n' });
    },
  );
});
