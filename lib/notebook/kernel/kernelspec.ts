/** The file by which Jupyter and VS Code know the kernel. Jupyter itself is not needed to write it. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineName } from '../../backend';
import { InputError } from '../../errors';
import { readJson, writeJson } from '../../files';
import { packageRoot } from '../../train/versions';
import { kernelDisplayName, kernelName } from '../runner/notebook-file';

interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Where a kernel is registered: for the user unless one of these is given. */
export interface KernelPlace {
  /** Below `share/jupyter` of this folder. */
  readonly prefix?: string | undefined;
  /** Below `share/jupyter` of the Python environment that is active. */
  readonly sysPrefix: boolean;
}

/** The folder of the kernel's specification. @throws {InputError} when `sysPrefix` is asked for and there is no Python. */
export function kernelDirectory({ prefix, sysPrefix }: KernelPlace): string {
  const base =
    prefix !== undefined
      ? join(resolve(prefix), 'share', 'jupyter')
      : sysPrefix
        ? join(pythonPrefix(), 'share', 'jupyter')
        : userDirectory();
  return join(base, 'kernels', kernelName);
}

/** Jupyter's own rule for where a user's things lie. */
function userDirectory(): string {
  const named = process.env['JUPYTER_DATA_DIR'];
  if (named) return named;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'jupyter');
  return join(process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'jupyter');
}

function pythonPrefix(): string {
  const active = process.env['VIRTUAL_ENV'] || process.env['CONDA_PREFIX'];
  if (active) return active;
  for (const python of ['python3', 'python']) {
    const { status, stdout } = spawnSync(python, ['-c', 'import sys; print(sys.prefix)'], {
      encoding: 'utf8',
    });
    if (status === 0) return stdout.trim();
  }
  throw new InputError(
    'kernel install: --sys-prefix needs an active Python environment or python3, and there is none; without the flag no Python is needed',
  );
}

/** The program that the specification names; Jupyter fills the file in. */
function kernelCommand(): string[] {
  return [
    process.execPath,
    join(packageRoot(), 'bin', 'rlhf-kit.js'),
    'kernel',
    'start',
    '--connection-file',
    '{connection_file}',
  ];
}

/**
 * Writes the specification.
 *
 * @param engine what the kernel computes on wherever it is started; absent: what `RLHF_KIT_ENGINE` says then.
 * @throws {InputError} when another checkout's kernel of the same name is there, unless `force`.
 */
export function installKernel(directory: string, engine: EngineName | undefined, force: boolean): void {
  if (!force) refuseOthers(directory, 'install');
  const spec: KernelSpec = {
    argv: kernelCommand(),
    display_name: kernelDisplayName,
    language: 'typescript',
    ...(engine !== undefined && { env: { RLHF_KIT_ENGINE: engine } }),
  };
  writeJson(join(directory, 'kernel.json'), spec);
}

/** @returns whether there was one. @throws {InputError} when it is another checkout's, unless `force`. */
export function uninstallKernel(directory: string, force: boolean): boolean {
  if (!existsSync(join(directory, 'kernel.json'))) return false;
  if (!force) refuseOthers(directory, 'uninstall');
  rmSync(directory, { recursive: true });
  return true;
}

/** One whose program is gone, e.g. because its folder was moved, belongs to nobody. */
function refuseOthers(directory: string, action: string): void {
  const file = join(directory, 'kernel.json');
  if (!existsSync(file)) return;
  const program = readJson<Partial<KernelSpec>>(file).argv?.[1];
  if (program === kernelCommand()[1] || (program !== undefined && !existsSync(program))) return;
  throw new InputError(
    `kernel ${action}: ${directory} belongs to another program (${program ?? 'unknown'}); --force ${action === 'install' ? 'replaces' : 'removes'} it`,
  );
}
