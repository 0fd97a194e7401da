/** The Python stacks that the kit is compared with, in an environment of their own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildInPlace, cacheDirectory } from '../backend';
import { InputError } from '../errors';
import { packageRoot } from '../train/versions';

/**
 * The interpreter of the peers' environment, which is made when it is missing: PyTorch and transformers as pinned in
 * experiments/bench/requirements.txt, some gigabytes on machines where PyPI has only the build for GPUs.
 *
 * @throws {InputError} when it cannot be made.
 */
export async function peersPython(say: (line: string) => void): Promise<string> {
  const directory = join(cacheDirectory(), 'bench', 'peers');
  const python = join(directory, 'bin', 'python');
  if (existsSync(python)) return python;
  say(`making an environment with PyTorch and transformers in ${directory}; once`);
  await buildInPlace(directory, async (unfinished) => {
    const requirements = join(packageRoot(), 'experiments', 'bench', 'requirements.txt');
    run('python3', ['-m', 'venv', unfinished]);
    run(join(unfinished, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
    await Promise.resolve();
  });
  return python;
}

function run(program: string, parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status === 0) return;
  const said = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  throw new InputError(`bench: ${program} ${parameters.slice(0, 3).join(' ')} failed: ${said}`);
}

/** Versions of what an interpreter has, by package. */
export function pythonVersions(python: string): Record<string, string> {
  const program =
    'import importlib.metadata as m, json, platform\n' +
    'found = {"python": platform.python_version()}\n' +
    'for name in ("torch", "transformers", "jax"):\n' +
    '    try: found[name] = m.version(name)\n' +
    '    except m.PackageNotFoundError: pass\n' +
    'print(json.dumps(found))';
  const { stdout, status } = spawnSync(python, ['-c', program], { encoding: 'utf8' });
  if (status !== 0) throw new InputError(`bench: ${python} is no Python interpreter`);
  return JSON.parse(stdout) as Record<string, string>;
}
