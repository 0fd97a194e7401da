/** The marker of a finished setup: what was put in place, so that damage is seen. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, sha256File, writeJson } from '../../files';
import type { EngineBuild } from './engine-build';

interface Marker {
  /** Hashes of the wheels that it was made from: another pin makes another setup. */
  readonly wheels: readonly string[];
  readonly files: Readonly<Record<string, { size: number; modified: number; sha256: string }>>;
}

const fileName = 'setup.json';

/** Records every library and program below a folder. Written last, it stands for a whole setup. */
export async function writeMarker(directory: string, build: EngineBuild): Promise<void> {
  const files: Record<string, Marker['files'][string]> = {};
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!/(\.(so|node)(\.\d+)*|\.bc|\/ptxas)$/.test(name)) continue;
    const { size, mtimeMs } = statSync(join(directory, name));
    files[name] = { size, modified: mtimeMs, sha256: await sha256File(join(directory, name)) };
  }
  writeJson(join(directory, fileName), {
    wheels: build.wheels.map(({ sha256 }) => sha256),
    files,
  } satisfies Marker);
}

/**
 * Whether a finished setup of this build lies in a folder, undamaged. A library is hashed only when its time of change is
 * not the recorded one: 850 MB take seconds, and this runs at every start.
 */
export async function isWhole(directory: string, build: EngineBuild): Promise<boolean> {
  const path = join(directory, fileName);
  if (!existsSync(path)) return false;
  const { wheels, files } = readJson<Marker>(path);
  if (wheels?.join() !== build.wheels.map(({ sha256 }) => sha256).join()) return false;
  for (const [name, { size, modified, sha256 }] of Object.entries(files)) {
    const stats = statSync(join(directory, name), { throwIfNoEntry: false });
    if (stats?.size !== size) return false;
    if (stats.mtimeMs !== modified && (await sha256File(join(directory, name))) !== sha256) return false;
  }
  return true;
}
