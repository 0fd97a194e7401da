/** Puts XLA's plugin for processors in place: a shared library out of a Python wheel, in the user's cache. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BackendUnavailableError } from '../engine';
import { buildInPlace, cacheDirectory, withFileErrors, type SetupResult } from './cache';
import { isWhole, writeMarker } from './marker';
import { buildFor, xlaBuilds, type EngineBuild } from './pins';
import { findPython } from './programs';
import { fetchWheels } from './wheel';

/** In the wheel, and so in the cache. */
const library = join('xla_plugins', 'xla_cpu_pjrt', 'xla_cpu_pjrt.so');

function pluginDirectory({ folder }: EngineBuild): string {
  return join(cacheDirectory(), 'xla', folder);
}

/** @throws {BackendUnavailableError} on a platform that no plugin is for. */
export function chooseXlaBuild(platform: string, arch: string): EngineBuild {
  return buildFor(xlaBuilds, platform, arch, 'setup xla', 'RLHF_KIT_PJRT_PLUGIN names another plugin');
}

/**
 * The plugin to load: the one that `RLHF_KIT_PJRT_PLUGIN` names, else the one that was set up.
 *
 * @throws {BackendUnavailableError} when there is none.
 */
export function findPlugin(): string {
  const named = process.env['RLHF_KIT_PJRT_PLUGIN'];
  if (named) {
    if (existsSync(named)) return named;
    throw new BackendUnavailableError(`RLHF_KIT_PJRT_PLUGIN names ${named}, which is not there`);
  }
  const path = join(pluginDirectory(chooseXlaBuild(process.platform, process.arch)), library);
  if (existsSync(path)) return path;
  throw new BackendUnavailableError(`there is no XLA plugin; run: npx rlhf-kit setup xla`);
}

/**
 * Puts the plugin in place, fetching it only when it is missing or damaged.
 *
 * @throws {BackendUnavailableError} on another platform than Linux; without Python or pip; when the download fails or has
 * another hash; when the disk is full or may not be written.
 */
export async function setupXla(say: (line: string) => void): Promise<SetupResult> {
  return withFileErrors('setup xla', async () => {
    const build = chooseXlaBuild(process.platform, process.arch);
    const directory = pluginDirectory(build);
    const whole = await isWhole(directory, build);
    if (!whole) {
      const python = findPython('the plugin');
      const names = build.wheels.map(({ name, version }) => `${name} ${version}`).join(', ');
      say(
        `fetching ${names} from the Python package index: ${build.downloadSize} to download, ${build.diskSize} on disk in ${directory}; once`,
      );
      await buildInPlace(directory, async (unfinished) => {
        await fetchWheels(python, build, unfinished, (entry) => entry === library, say);
        await writeMarker(unfinished, build);
      });
    }
    say(whole ? 'the xla plugin is in place' : 'the xla plugin is set up');
    return { changed: !whole, directory };
  });
}
