/** Processes that tests start, and whether anything of them is left. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const program = join(__dirname, '../../bin/rlhf-kit.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
  /** What it has said so far. */
  readonly said: () => { readonly stdout: string; readonly stderr: string };
}

/** Starts the program as a user would. */
export function startProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Running {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const done = new Promise<Finished>((resolve) => {
    child.once('close', (exitCode) => resolve({ code: exitCode, ...said }));
  });
  return { child, done, said: () => said };
}

export function runProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<Finished> {
  return startProgram(args, env, cwd).done;
}

/** Waits until something holds. @throws when it does not within the time, in milliseconds. */
export async function until(holds: () => boolean, what: string, time = 30_000): Promise<void> {
  const limit = performance.now() + time;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited ${time} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Command lines of the processes of this machine that contain a text, by id (Linux). */
export function processesWith(text: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const line = readFileSync(join('/proc', name, 'cmdline'), 'utf8').replace(/\0/g, ' ');
      if (line.includes(text) && Number(name) !== process.pid) found.set(Number(name), line);
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Ids of the processes whose parent is this one (Linux). */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        const stat = readFileSync(join('/proc', entry, 'stat'), 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Whether a process is there and is more than an entry that its parent has not looked at (Linux). */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(join('/proc', `${pid}`, 'stat'), 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
