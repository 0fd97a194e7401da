/** Runs the programs that setup needs, and says which one is missing. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BackendUnavailableError } from '../engine';

/**
 * The first of several programs that can be run.
 *
 * @param trial arguments that make the program end at once, with status 0.
 * @throws {BackendUnavailableError} when none can be run.
 */
export function findProgram(
  names: readonly string[],
  why: string,
  trial: readonly string[] = ['--version'],
): string {
  for (const name of names) {
    const { status, error } = spawnSync(name, trial, { stdio: 'ignore' });
    if (error === undefined && status === 0) return name;
  }
  throw new BackendUnavailableError(`setup needs ${names.join(' or ')} (${why}); none can be run`);
}

/** Python with pip, which downloads wheels. */
export function findPython(what: string): string {
  return findProgram(['python3', 'python'], `with pip, which downloads ${what}`, ['-m', 'pip', '--version']);
}

/**
 * Runs a program. What it says on stdout, e.g. its progress, goes to stderr, or line by line to `onLine`.
 *
 * @throws {BackendUnavailableError} with the last lines of its errors when it fails.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  what: string,
  onLine?: (line: string) => void,
): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['ignore', onLine === undefined ? process.stderr.fd : 'pipe', 'pipe'],
  });
  if (onLine !== undefined && child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', onLine);
  const stop = (): void => void child.kill();
  // Ctrl-C reaches the child from the terminal, a signal to this process alone does not.
  process.once('exit', stop);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => process.off('exit', stop));
  if (status !== 0) {
    const lines = errors.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('WARNING'));
    const reason = lines.slice(-2).join(' ');
    throw new BackendUnavailableError(`${what} failed (${program} exited with ${status}): ${reason}`);
  }
}
