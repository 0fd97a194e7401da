/** What the setups of all engines share: where engines are kept between projects, and how they come there whole. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorMessage, InputError } from '../../errors';
import { BackendUnavailableError } from '../engine';

export interface SetupResult {
  /** False when everything was in place. */
  readonly changed: boolean;
  /** Where the library lies. */
  readonly directory: string;
}

/** `RLHF_KIT_CACHE`, else `rlhf-kit` in the user's cache folder. */
export function cacheDirectory(): string {
  return (
    process.env['RLHF_KIT_CACHE'] ||
    join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rlhf-kit')
  );
}

/** Makes a folder beside its place and moves it there when it is whole: Ctrl-C leaves nothing behind. */
export async function buildInPlace(
  directory: string,
  make: (unfinished: string) => Promise<void>,
): Promise<void> {
  mkdirSync(dirname(directory), { recursive: true });
  const unfinished = mkdtempSync(`${directory}.`);
  const clean = (): void => rmSync(unfinished, { recursive: true, force: true });
  process.once('exit', clean);
  try {
    await make(unfinished);
    rmSync(directory, { recursive: true, force: true });
    renameSync(unfinished, directory);
  } finally {
    clean();
    process.off('exit', clean);
  }
}

/** Turns what the file system says, in messages that name the file, into one sentence of the command. */
export async function withFileErrors<T>(command: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new BackendUnavailableError(`${command}: ${errorMessage(error)}`);
  }
}
