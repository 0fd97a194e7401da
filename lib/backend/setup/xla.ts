/** Puts XLA's plugin for processors in place: a shared library out of a Python wheel, in the user's cache. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, InputError } from '../../errors';
import { BackendUnavailableError } from '../engine';
import { buildInPlace, cacheDirectory } from './cache';
import { isWhole, writeMarker } from './marker';
import { xlaBuilds, type EngineBuild } from './pins';
import { findPython } from './programs';
import type { SetupOptions, SetupResult } from './tensorflow';
import { fetchWheel } from './wheel';

/** In the wheel, and so in the cache. */
const library = join('xla_plugins', 'xla_cpu_pjrt', 'xla_cpu_pjrt.so');

function pluginDirectory({ folder }: EngineBuild): string {
  return join(cacheDirectory(), 'xla', folder);
}

/** @throws {BackendUnavailableError} on a platform that no plugin is for. */
export function chooseXlaBuild(platform: string, arch: string): EngineBuild {
  const build = xlaBuilds.find((candidate) => platform === 'linux' && candidate.arch === arch);
  if (build !== undefined) return build;
  throw new BackendUnavailableError(
    `setup xla knows Linux on ${xlaBuilds.map((known) => known.arch).join(' and ')} only, got ${platform} on ${arch}; RLHF_KIT_PJRT_PLUGIN names another plugin`,
  );
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
export async function setupXla({ say }: Pick<SetupOptions, 'say'>): Promise<SetupResult> {
  try {
    const build = chooseXlaBuild(process.platform, process.arch);
    const directory = pluginDirectory(build);
    const whole = await isWhole(directory, build);
    if (!whole) {
      const python = findPython('the plugin');
      const [wheel] = build.wheels as [EngineBuild['wheels'][number]];
      const what = `${wheel.name} ${wheel.version}`;
      say(
        `fetching ${what} from the Python package index: ${build.downloadSize} to download, ${build.diskSize} on disk in ${directory}; once`,
      );
      await buildInPlace(directory, async (unfinished) => {
        await fetchWheel(python, wheel, build.machine, unfinished, (entry) => entry === library);
        say(`${what}: SHA-256 is right`);
        await writeMarker(unfinished, build);
      });
    }
    say(whole ? 'the xla plugin is in place' : 'the xla plugin is set up');
    return { changed: !whole, directory };
  } catch (error) {
    if (error instanceof InputError) throw error;
    // What is left are the file system's errors, whose messages name the file.
    throw new BackendUnavailableError(`setup xla: ${errorMessage(error)}`);
  }
}
