/** Where results go: a folder when nobody names one, and never onto what is there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors';

/**
 * The folder of a run: the one that is named, else the first of `runs/<command>-01`, `-02`, … that does not exist.
 *
 * @throws {InputError} when a run that nobody names is to be resumed.
 */
export function runFolder(
  command: string,
  { out, resume = false }: { readonly out?: string; readonly resume?: boolean },
): string {
  if (out !== undefined) return out;
  if (resume) throw new InputError(`${command}: --resume goes on with the run in --out, which must be given`);
  const numbered = (number: number): string => join('runs', `${command}-${String(number).padStart(2, '0')}`);
  let number = 1;
  while (existsSync(numbered(number))) number++;
  return numbered(number);
}

/** @throws {InputError} when `out` is there already. @param advice what else one can do. */
export function requireNew(command: string, out: string, advice = ''): void {
  if (!existsSync(out)) return;
  throw new InputError(`${command}: ${out} exists; nothing is overwritten. Choose another --out${advice}`);
}
