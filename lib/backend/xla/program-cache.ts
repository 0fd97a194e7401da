/** Compiled programs on disk: what one process compiled, the next one loads, which takes a tenth of the time. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { errorMessage } from '../../errors';
import { writeFileAtomically } from '../../files';
import { announceCompiling } from '../compiling';
import { processorFeatures } from '../processor';
import { cacheDirectory } from '../setup/cache';
import type { Client } from './pjrt/client';
import type { Executable } from './pjrt/executable';
import type { Plugin } from './pjrt/plugin';

/** Programs that nobody has loaded for the longest time go first when there is more than this. */
const mostBytes = 2 ** 30;

/** What compiles faster than this is not worth a file, milliseconds. */
const leastCompileTime = 100;

/** Characters: steps are longer and take seconds; single operations are much shorter, and nobody is told of them. */
const longText = 5_000;

/** A file under a temporary name that is older than this belongs to nobody, milliseconds. */
const longestWrite = 600_000;

/** A file is the SHA-256 of the program, then the program. */
const digestLength = 32;

function programDirectory(): string {
  return join(cacheDirectory(), 'xla', 'programs');
}

const digest = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** Everything but the program and its options that decides whether a compiled program runs here: the plugin, the device, the processor. */
export function machineKey(plugin: Plugin, client: Client): string {
  const { size, mtimeMs } = statSync(plugin.path);
  const { name, version } = client.platform;
  return JSON.stringify([
    plugin.path,
    size,
    mtimeMs,
    name,
    version,
    client.devices,
    cpus()[0]?.model,
    processorFeatures(),
    // The work of a program for processors is divided when it is compiled.
    ...(name === 'cpu' ? [process.env['NPROC'] ?? availableParallelism()] : []),
  ]);
}

/**
 * The program of a text: from the disk, or compiled and then written there. A file that is damaged is compiled anew; one that
 * cannot be written is done without.
 *
 * @param key all that the text does not say: options and {@link machineKey}.
 */
export function cached(
  text: string,
  key: string,
  load: (bytes: Uint8Array) => Executable,
  compile: () => Executable,
): { readonly executable: Executable; readonly loaded: boolean } {
  const path = join(programDirectory(), `${digest(key, '\n', text).toString('hex')}.bin`);
  const bytes = readProgram(path);
  if (bytes !== undefined) {
    try {
      const executable = load(bytes);
      const now = new Date();
      utimesSync(path, now, now);
      return { executable, loaded: true };
    } catch {
      rmSync(path, { force: true });
    }
  }
  if (text.length >= longText) announceCompiling();
  const started = performance.now();
  const executable = compile();
  if (performance.now() - started >= leastCompileTime) writeProgram(path, executable);
  return { executable, loaded: false };
}

/** Undefined when there is none, or only a damaged one. */
function readProgram(path: string): Uint8Array | undefined {
  try {
    const file = readFileSync(path);
    const program = file.subarray(digestLength);
    return digest(program).equals(file.subarray(0, digestLength)) ? program : undefined;
  } catch {
    return undefined;
  }
}

function writeProgram(path: string, executable: Executable): void {
  try {
    const program = executable.serialize();
    mkdirSync(programDirectory(), { recursive: true });
    removeOldest(programDirectory(), mostBytes - program.length);
    writeFileAtomically(path, [digest(program), program]);
  } catch (error) {
    // A full disk, a folder of somebody else's, a plugin that cannot serialize: the program is compiled again next time.
    if (!warned) {
      const sentence = `xla: compiled programs are not kept, the next process compiles them again: ${errorMessage(error)}`;
      process.emitWarning(sentence, 'RlhfKitWarning');
    }
    warned = true;
  }
}

/** What cannot be written now cannot be written for the next program either: it is said once. */
let warned = false;

/** Leaves at most so many bytes in a folder, the newest files, and nothing of processes that were killed while they wrote. */
export function removeOldest(directory: string, most: number): void {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((path) => ({ path, ...sizeAndTime(path) }))
    .sort((a, b) => b.time - a.time);
  let bytes = 0;
  for (const { path, size, time } of files) {
    bytes += size;
    const unfinished = path.endsWith('.tmp') && time < Date.now() - longestWrite;
    if (bytes > most || unfinished) rmSync(path, { force: true });
  }
}

/** Of a file that another process may have removed meanwhile. */
function sizeAndTime(path: string): { size: number; time: number } {
  const stats = statSync(path, { throwIfNoEntry: false });
  return { size: stats?.size ?? 0, time: stats?.mtimeMs ?? 0 };
}
