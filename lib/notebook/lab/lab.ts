/** Runs JupyterLab with the kit's kernel on this machine alone, and ends it with everything that it started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cacheDirectory, type EngineName } from '../../backend';
import { InputError } from '../../errors';
import { installKernel } from '../kernel/kernelspec';
import { pathsFromHere } from '../kernel/paths';
import { kernelName } from '../runner/notebook-file';
import type { LabEnvironment } from './environment';

const address = '127.0.0.1';
/** Jupyter's own, and so many after it are tried. */
const firstPort = 8888;
const triedPorts = 50;
/** JupyterLab takes a few seconds to start on a quiet machine, in milliseconds. */
const startTimeout = 120_000;
/** Time that the server gets to end its kernels, in milliseconds. */
const stopTimeout = 10_000;
/** What the server has said last, for the case that it does not start, in characters. */
const keptLog = 4000;

export interface LabOptions {
  readonly folder: string;
  /** A free one is taken when none is given. */
  readonly port: number | undefined;
  readonly browser: boolean;
  readonly engine: EngineName | undefined;
}

export interface RunningLab {
  readonly url: string;
  readonly pid: number;
  /** When the server is gone. */
  readonly ended: Promise<void>;
  /** Ends the server and its kernels; called twice, at once. */
  stop(): void;
}

/** The folder to show. @throws {InputError} when it is not there. */
export function labFolder(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(`lab: no such folder: ${folder}; expected rlhf-kit lab <folder with notebooks>`);
  return resolve(folder);
}

/**
 * Starts JupyterLab. Settings, workspaces and history lie in the kit's cache, not in the user's home.
 *
 * @throws {InputError} when the port is taken, or the server does not start.
 */
export async function startLab(
  { python, directory }: LabEnvironment,
  { folder, port: wanted, browser, engine }: LabOptions,
): Promise<RunningLab> {
  const port = await freePort(wanted);
  const token = randomBytes(24).toString('hex');
  // The kernel's specification names this checkout: it is for this server alone.
  const specification = mkdtempSync(join(tmpdir(), 'rlhf-kit-lab-'));
  installKernel(join(specification, 'kernels', kernelName), engine, false);
  const child = spawn(python, ['-c', program, ...serverArguments(folder, port, browser)], {
    cwd: folder,
    // A group of its own: Ctrl-C comes to this process, which then ends the server in good order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...pathsFromHere(),
      ...environment(directory, specification),
      JUPYTER_TOKEN: token,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log = `${log}${chunk.toString()}`.slice(-keptLog)));
  const kill = (): void => signal(child, 'SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((settle) => {
    const done = (): void => {
      process.off('exit', kill);
      rmSync(specification, { recursive: true, force: true });
      settle();
    };
    child.once('exit', done);
    child.once('error', done);
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return kill();
    stopping = true;
    signal(child, 'SIGTERM');
    setTimeout(kill, stopTimeout).unref();
  };
  const base = `http://${address}:${port}`;
  if (!(await answers(`${base}/api/status?token=${token}`, ended))) {
    kill();
    throw new InputError(`lab: JupyterLab did not start; it said last:\n${log.trim()}`);
  }
  return { url: `${base}${startPage(folder)}?token=${token}`, pid: child.pid as number, ended, stop };
}

/** The server ends with this process even when that is killed, where the system can do so (Linux). */
const program = `
import ctypes, signal
try: ctypes.CDLL(None).prctl(1, signal.SIGTERM)
except Exception: pass
from jupyterlab.labapp import main
main()
`;

function serverArguments(folder: string, port: number, browser: boolean): string[] {
  return [
    `--ServerApp.ip=${address}`,
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    `--ServerApp.root_dir=${folder}`,
    `--ServerApp.default_url=${startPage(folder)}`,
    `--ServerApp.open_browser=${browser ? 'True' : 'False'}`,
    `--ServerApp.allow_root=${process.getuid?.() === 0 ? 'True' : 'False'}`,
    // One kernel, so that nobody has to choose.
    `--KernelSpecManager.allowed_kernelspecs=${kernelName}`,
    '--KernelSpecManager.ensure_native_kernel=False',
    // Nothing of these asks the network.
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    '--LabApp.news_url=None',
    '--LabApp.extension_manager=readonly',
  ];
}

/** The first notebook of the folder, opened. */
function startPage(folder: string): string {
  const [first] = readdirSync(folder)
    .filter((name) => name.endsWith('.ipynb'))
    .sort();
  return first === undefined ? '/lab' : `/lab/tree/${encodeURIComponent(first)}`;
}

function environment(directory: string, specification: string): Record<string, string> {
  const jupyter = join(directory, 'share', 'jupyter');
  const own = (name: string): string => {
    const folder = join(cacheDirectory(), 'jupyterlab', 'user', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  return {
    PYTHONPATH: directory,
    PYTHONNOUSERSITE: '1',
    JUPYTER_PATH: [specification, jupyter].join(':'),
    JUPYTER_CONFIG_PATH: join(directory, 'etc', 'jupyter'),
    JUPYTERLAB_DIR: join(jupyter, 'lab'),
    JUPYTER_DATA_DIR: own('data'),
    JUPYTER_CONFIG_DIR: own('config'),
    JUPYTER_RUNTIME_DIR: own('runtime'),
    JUPYTERLAB_SETTINGS_DIR: own('settings'),
    JUPYTERLAB_WORKSPACES_DIR: own('workspaces'),
    IPYTHONDIR: own('ipython'),
  };
}

async function freePort(wanted: number | undefined): Promise<number> {
  const candidates =
    wanted === undefined ? Array.from({ length: triedPorts }, (_, i) => firstPort + i) : [wanted];
  for (const port of candidates) if (await isFree(port)) return port;
  throw new InputError(
    wanted === undefined
      ? `lab: ports ${firstPort} to ${firstPort + triedPorts - 1} are all taken; --port names another`
      : `lab: port ${wanted} is taken; without --port a free one is found`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(false));
    server.listen(port, address, () => server.close(() => settle(true)));
  });
}

/** Waits for an answer. @returns false when the server ends before, or is silent for too long. */
async function answers(url: string, ended: Promise<void>): Promise<boolean> {
  let over = false;
  void ended.then(() => (over = true));
  for (const limit = performance.now() + startTimeout; performance.now() < limit && !over;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return true;
    await new Promise((later) => setTimeout(later, 100));
  }
  return false;
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It is gone.
  }
}
