/** Some things must be known to a process before it begins: the program then takes its own place, with another environment. */
import koffi from 'koffi';
import { chosenEngine, engineEnvironment, useEngine, type EngineName } from '../backend';

type FileControl = (file: number, command: number, value: number) => number;
type Execute = (path: string, argv: readonly (string | null)[], envp: readonly (string | null)[]) => number;

/** F_SETFD of fcntl.h. */
const setFlags = 2;

/** Starts a command's engine. @param name as for `useEngine`, with its errors. */
export function startEngine(name: string | undefined): Promise<EngineName> {
  restartForEngine(name);
  return useEngine(name);
}

/**
 * Goes on as the same process with the environment that the engine wants, where that is possible (Linux,
 * and as a program of its own; a caller of the library keeps its process). What fails is done without: the engine computes the same,
 * only slower.
 */
export function restartForEngine(name: string | undefined): void {
  const environment = engineEnvironment(chosenEngine(name));
  const isProgram = require.main?.filename.endsWith('rlhf-kit.js') === true && process.send === undefined;
  if (!isProgram || Object.keys(environment).length === 0) return;
  const libc = koffi.load(null);
  const fcntl = libc.func('int fcntl(int file, int command, int value)') as FileControl;
  const execve = libc.func('int execve(const char *path, const char **argv, const char **envp)') as Execute;
  const variables = Object.entries({ ...process.env, ...environment }).map(
    ([key, value]) => `${key}=${value}`,
  );
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  // Node marks its streams to be closed at this point.
  for (const stream of [0, 1, 2]) fcntl(stream, setFlags, 0);
  execve(process.execPath, [...command, null], [...variables, null]);
}
