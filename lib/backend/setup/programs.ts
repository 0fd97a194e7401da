/** Runs the programs that setup needs, and says which one is missing. */
import { spawn, spawnSync } from 'node:child_process';
import { BackendUnavailableError } from '../engine';

/** The first of several program names that can be run. @throws {BackendUnavailableError} when none can. */
export function findProgram(names: readonly string[], why: string): string {
  for (const name of names) {
    const { status, error } = spawnSync(name, ['--version'], { stdio: 'ignore' });
    if (error === undefined && status === 0) return name;
  }
  throw new BackendUnavailableError(`setup needs ${names.join(' or ')} (${why}); none can be run`);
}

/**
 * Runs a program; its output goes to stderr.
 *
 * @throws {BackendUnavailableError} with the last lines of its output when it fails.
 */
export async function runProgram(program: string, args: readonly string[], what: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) {
    const reason = errors.trim().split('\n').slice(-3).join(' ');
    throw new BackendUnavailableError(`${what} failed (${program} exited with ${status}): ${reason}`);
  }
  return output;
}
