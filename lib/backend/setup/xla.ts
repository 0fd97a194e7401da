/** Puts a plugin of XLA in place: a shared library out of a Python wheel, in the user's cache, or one that is there already. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readJson, writeJson } from '../../files';
import { BackendUnavailableError } from '../engine';
import { buildInPlace, cacheDirectory, withFileErrors, type SetupResult } from './cache';
import { buildFor, type EngineBuild } from './engine-build';
import { isWhole, writeMarker } from './marker';
import { isNvidiaFile, type CudaVersion } from './nvidia-wheels';
import { cudaBuilds, xlaBuilds } from './pins';
import { pluginFacts } from './plugin-facts';
import { findPython } from './programs';
import { fetchWheels } from './wheel';

/** In the wheel, and so in the cache. */
const library = join('xla_plugins', 'xla_cpu_pjrt', 'xla_cpu_pjrt.so');

function cudaLibrary(cuda: CudaVersion): string {
  return join('jax_plugins', `xla_${cuda}`, 'xla_cuda_plugin.so');
}

/** Names the plugin that was set up last, where it is not the one for processors. */
function choiceFile(): string {
  return join(cacheDirectory(), 'xla', 'plugin.json');
}

interface Choice {
  readonly plugin: string;
}

function pluginDirectory({ folder }: EngineBuild): string {
  return join(cacheDirectory(), 'xla', folder);
}

/** @throws {BackendUnavailableError} on a platform that no plugin is for. */
export function chooseXlaBuild(platform: string, arch: string): EngineBuild {
  return buildFor(xlaBuilds, platform, arch, 'setup xla', 'RLHF_KIT_PJRT_PLUGIN names another plugin');
}

/**
 * The plugin to load: the one that `RLHF_KIT_PJRT_PLUGIN` names, else the one that was set up last.
 *
 * @throws {BackendUnavailableError} when there is none.
 */
export function findPlugin(): string {
  const named = process.env['RLHF_KIT_PJRT_PLUGIN'];
  if (named) {
    if (existsSync(named)) return named;
    throw new BackendUnavailableError(`RLHF_KIT_PJRT_PLUGIN names ${named}, which is not there`);
  }
  if (existsSync(choiceFile())) {
    const { plugin } = readJson<Choice>(choiceFile());
    if (existsSync(plugin)) return plugin;
    throw new BackendUnavailableError(`the XLA plugin ${plugin} is gone; run: npx rlhf-kit setup xla`);
  }
  const path = join(pluginDirectory(chooseXlaBuild(process.platform, process.arch)), library);
  if (existsSync(path)) return path;
  throw new BackendUnavailableError(`there is no XLA plugin; run: npx rlhf-kit setup xla`);
}

/** Which plugin: that for processors unless one of these is given. */
export interface XlaChoice {
  /** JAX's for NVIDIA GPUs: the one that is installed for Python, else the pinned one. */
  readonly cuda?: CudaVersion | undefined;
  /** Any other plugin's file. */
  readonly plugin?: string | undefined;
}

/**
 * Puts a plugin in place, fetching it only when it is missing or damaged, and makes it the one that is loaded.
 *
 * @throws {BackendUnavailableError} on another platform than Linux; without Python or pip; when the download fails or has
 * another hash; when the disk is full or may not be written; for a plugin that cannot be loaded.
 */
export async function setupXla(
  say: (line: string) => void,
  { cuda, plugin }: XlaChoice = {},
): Promise<SetupResult> {
  return withFileErrors('setup xla', async () => {
    if (plugin !== undefined) return choosePlugin(resolve(plugin), say);
    const installed = cuda && installedCudaPlugin(cuda);
    if (installed !== undefined) {
      try {
        return choosePlugin(installed, say);
      } catch (error) {
        if (!(error instanceof BackendUnavailableError)) throw error;
        say(`the plugin that Python has installed is passed over: ${error.message}`);
      }
    }
    const build = cuda === undefined ? chooseXlaBuild(process.platform, process.arch) : chooseCudaBuild(cuda);
    const directory = pluginDirectory(build);
    const wanted = cuda
      ? (entry: string) => entry === cudaLibrary(cuda) || isNvidiaFile(entry)
      : (entry: string) => entry === library;
    const changed = await fetchBuild(build, directory, wanted, say);
    if (cuda === undefined) rmSync(choiceFile(), { force: true });
    else writeJson(choiceFile(), { plugin: join(directory, cudaLibrary(cuda)) } satisfies Choice);
    say(changed ? 'the xla plugin is set up' : 'the xla plugin is in place');
    return { changed, directory };
  });
}

/** Makes a plugin's file the one that is loaded, if it can be. */
function choosePlugin(path: string, say: (line: string) => void): SetupResult {
  const { major, minor } = pluginFacts(path).version;
  const chosen = existsSync(choiceFile()) && readJson<Choice>(choiceFile()).plugin === path;
  if (!chosen) writeJson(choiceFile(), { plugin: path } satisfies Choice);
  say(`the xla engine uses ${path}, PJRT ${major}.${minor}`);
  return { changed: !chosen, directory: path };
}

/** @returns whether anything had to be fetched. */
export async function fetchBuild(
  build: EngineBuild,
  directory: string,
  wanted: (entry: string) => boolean,
  say: (line: string) => void,
): Promise<boolean> {
  if (await isWhole(directory, build)) return false;
  const python = findPython('the plugin');
  const names = build.wheels.map(({ name, version }) => `${name} ${version}`).join(', ');
  say(
    `fetching ${names} from the Python package index: ${build.downloadSize} to download, ${build.diskSize} on disk in ${directory}; once`,
  );
  await buildInPlace(directory, async (unfinished) => {
    await fetchWheels(python, build, unfinished, wanted, say);
    await writeMarker(unfinished, build);
  });
  return true;
}

function chooseCudaBuild(cuda: CudaVersion): EngineBuild {
  return buildFor(
    cudaBuilds[cuda],
    process.platform,
    process.arch,
    'setup xla',
    '--plugin names another plugin',
  );
}

/** JAX's plugin where Python has it installed, with the CUDA libraries beside it that it needs. */
export function installedCudaPlugin(cuda: CudaVersion): string | undefined {
  const program = `import importlib.util as u; s = u.find_spec('jax_plugins.xla_${cuda}'); print(s.submodule_search_locations[0] if s else '')`;
  const { stdout, status } = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
  const path = join(stdout?.trim() ?? '', 'xla_cuda_plugin.so');
  return status === 0 && stdout.trim() !== '' && existsSync(path) ? path : undefined;
}
