/** `rlhf-kit kernel install` through the program. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../../support/processes';

const bin = resolve(__dirname, '../../../bin/rlhf-kit.js');

describe('rlhf-kit kernel', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'rlhf-kit-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));
  /** With an empty home, on a machine that has no Python. */
  const kernel = (...args: string[]) =>
    runProgram(['kernel', ...args], {
      ...{
        HOME: home,
        PATH: home,
        XDG_DATA_HOME: '',
        JUPYTER_DATA_DIR: '',
        VIRTUAL_ENV: '',
        CONDA_PREFIX: '',
      },
    });
  const specification = (directory: string): { argv: string[] } =>
    JSON.parse(readFileSync(join(directory, 'kernel.json'), 'utf8')) as { argv: string[] };

  it('registers the kernel for the user, without Python, and removes it', async () => {
    const directory = join(home, '.local', 'share', 'jupyter', 'kernels', 'rlhf-kit');
    const installed = await kernel('install');
    expect(JSON.parse(installed.stdout)).toEqual({ command: 'kernel install', directory });
    expect(installed.stderr).toContain(`registered in ${directory}`);
    expect(specification(directory)).toEqual({
      argv: [process.execPath, bin, 'kernel', 'start', '--connection-file', '{connection_file}'],
      display_name: 'rlhf-kit (TypeScript)',
      language: 'typescript',
    });
    const again = await kernel('install', '--engine', 'wasm');
    expect(again.code).toBe(0);
    expect(specification(directory)).toMatchObject({ env: { RLHF_KIT_ENGINE: 'wasm' } });
    const removed = await kernel('uninstall');
    expect(JSON.parse(removed.stdout)).toMatchObject({ removed: true });
    expect(existsSync(directory)).toBe(false);
    expect(JSON.parse((await kernel('uninstall')).stdout)).toMatchObject({ removed: false });
  });

  it('registers it below a prefix', async () => {
    await kernel('install', '--prefix', join(home, 'venv'));
    expect(existsSync(join(home, 'venv', 'share', 'jupyter', 'kernels', 'rlhf-kit', 'kernel.json'))).toBe(
      true,
    );
  });

  it('leaves another program’s kernel of the same name alone, unless told to replace it', async () => {
    const directory = join(home, '.local', 'share', 'jupyter', 'kernels', 'rlhf-kit');
    const other = join(home, 'other.js');
    mkdirSync(directory, { recursive: true });
    writeFileSync(other, '');
    writeFileSync(join(directory, 'kernel.json'), JSON.stringify({ argv: ['node', other] }));
    for (const action of ['install', 'uninstall']) {
      const { code, stderr } = await kernel(action);
      expect(code).toBe(2);
      expect(stderr).toContain(
        `kernel ${action}: ${directory} belongs to another program (${other}); --force`,
      );
      expect(specification(directory).argv).toEqual(['node', other]);
    }
    expect((await kernel('install', '--force')).code).toBe(0);
    expect(specification(directory).argv[1]).toBe(bin);

    // One whose project was moved or deleted is nobody's.
    writeFileSync(join(directory, 'kernel.json'), JSON.stringify({ argv: ['node', join(home, 'gone.js')] }));
    expect((await kernel('install')).code).toBe(0);
  });

  it.each([
    [
      ['install', '--user', '--sys-prefix'],
      'kernel install: expected one place, got --user and --sys-prefix',
    ],
    [
      ['install', '--sys-prefix'],
      '--sys-prefix needs an active Python environment or python3, and there is none',
    ],
    [['start'], 'Jupyter starts the kernel, with --connection-file; a person runs kernel install'],
    [['instal'], 'kernel config: \'action\' must be one of install, uninstall, start, got "instal"'],
  ])('refuses %j in one sentence', async (args, message) => {
    const { code, stdout, stderr } = await kernel(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^rlhf-kit: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});
