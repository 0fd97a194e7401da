import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackendUnavailableError } from '../../../../lib/backend';
import { leastTableSize } from '../../../../lib/backend/xla/pjrt/functions';
import { loadPlugin } from '../../../../lib/backend/xla/pjrt/plugin';
import { canCompile, compilePlugin } from '../../../support/fake-plugin';
import { pluginPath } from './plugin-path';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-plugin-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const program = join(__dirname, '../../../../bin/rlhf-kit.js');
const doctor = (plugin: string) =>
  spawnSync(process.execPath, [program, 'doctor', '--engine', 'xla'], {
    encoding: 'utf8',
    env: { ...process.env, RLHF_KIT_PJRT_PLUGIN: plugin },
  });

describe('loadPlugin', () => {
  it('says what is wrong with a file that is missing or no plugin, and the process goes on', () => {
    const path = join(folder, 'plugin.so');
    expect(() => loadPlugin(path)).toThrow(`xla: there is no plugin at ${path}`);
    writeFileSync(path, 'no library');
    expect(() => loadPlugin(path)).toThrow(/xla: .*plugin\.so is no PJRT plugin: /);
  });

  it.skipIf(!canCompile)(
    'tells other libraries, old plugins and those to come apart (needs a C compiler)',
    () => {
      const defined: [Record<string, string | number>, RegExp][] = [
      [{ GetPjrtApi: 'somethingElse' }, /is no PJRT plugin: .*GetPjrtApi/],
      [{ NO_TABLE: 1 }, /is no PJRT plugin: it gives no table of functions$/],
      [{ TABLE_SIZE: 400, MINOR: 40 }, /is too old: it has PJRT 0\.40 with a table of 400 bytes, at least 0\.81 with 816 bytes is needed$/],
      [{ TABLE_SIZE: 40, MINOR: 90 }, /is too old: .* a table of 40 bytes/],
      [{ TABLE_SIZE: 1600, MINOR: 80 }, /is too old: it has PJRT 0\.80 /],
      [{ MAJOR: 1, MINOR: 0 }, /is too new: it has PJRT 1\.0, the kit calls 0\.x$/],
    ]; // prettier-ignore
      expect(leastTableSize).toBe(816);
      defined.forEach(([defines, message], i) => {
        const path = join(folder, `${i}.so`);
        compilePlugin(path, defines);
        expect(() => loadPlugin(path)).toThrow(BackendUnavailableError);
        expect(() => loadPlugin(path)).toThrow(message);
        expect(() => loadPlugin(path)).not.toThrow(/\n/);
      });
      compilePlugin(join(folder, 'good.so'), {});
      expect(loadPlugin(join(folder, 'good.so')).version).toEqual({ major: 0, minor: 81 });
    },
  );

  it.skipIf(!canCompile)('says the same through the program, with its exit code (needs a C compiler)', () => {
    const path = join(folder, 'old.so');
    compilePlugin(path, { TABLE_SIZE: 400, MINOR: 40 });
    expect(JSON.parse(doctor(path).stdout)).toMatchObject({
      available: false,
      detail: expect.stringMatching(/old\.so is too old: it has PJRT 0\.40/) as string,
    });
    const { status, stderr } = spawnSync(process.execPath, [program, 'setup', 'xla', '--plugin', path], {
      encoding: 'utf8',
      env: { ...process.env, RLHF_KIT_CACHE: folder },
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^.*setup xla: .*old\.so is too old: [^\n]*\n$/);
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
