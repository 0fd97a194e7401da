/** What a plugin says of itself, asked in a process of its own: a plugin could crash, and it cannot be unloaded. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../errors';
import { readJson, writeJson } from '../../files';
import { BackendUnavailableError } from '../engine';
import { cacheDirectory } from './cache';

export interface PluginFacts {
  /** Of PJRT's interface. */
  readonly version: { readonly major: number; readonly minor: number };
  readonly forCuda: boolean;
}

/** Facts by file; a file that was replaced has another size or time. */
type Known = Readonly<Record<string, PluginFacts & { readonly size: number; readonly modified: number }>>;

function knownFile(): string {
  return join(cacheDirectory(), 'xla', 'plugins.json');
}

/**
 * Asks a plugin, or remembers what it said: some decisions are made before the process that computes begins.
 *
 * @throws {BackendUnavailableError} for a file that is no plugin, or one that is too old or too new.
 */
export function pluginFacts(path: string): PluginFacts {
  const { size, mtimeMs: modified } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
  const known: Known = existsSync(knownFile()) ? readJson<Known>(knownFile()) : {};
  const before = known[path];
  if (before?.size === size && before.modified === modified) return before;
  const facts = ask(path);
  try {
    writeJson(knownFile(), { ...known, [path]: { ...facts, size, modified } } satisfies Known);
  } catch (error) {
    // A folder that may not be written: the plugin is asked again next time.
    if (!(error instanceof InputError)) throw error;
  }
  return facts;
}

function ask(path: string): PluginFacts {
  const room = join(__dirname, '..', 'xla', 'pjrt');
  const program = `
    const [room, path] = process.argv.slice(1);
    const plugin = require(room + '/plugin.js').loadPlugin(path);
    const attributes = require(room + '/client.js').pluginAttributes(plugin);
    const forCuda = require(room + '/cuda.js').isForCuda(attributes);
    console.log(JSON.stringify({ version: plugin.version, forCuda }));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', program, room, path], {
    encoding: 'utf8',
  });
  if (status === 0) return JSON.parse(stdout) as PluginFacts;
  const reason =
    /BackendUnavailableError: (.*)/.exec(stderr)?.[1] ??
    /PjrtError: (.*)/.exec(stderr)?.[1] ??
    `its process ended with ${status}`;
  throw new BackendUnavailableError(`setup xla: ${reason}`);
}
