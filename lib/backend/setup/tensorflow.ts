/**
 * Makes the tensorflow engine work where tfjs-node-gpu's own download fails or is too old: TensorFlow's C library and headers
 * come out of its Python wheel into the user's cache, the binding is compiled against them.
 */
import { dirname, join } from 'node:path';
import { refuseLaterNode } from '../tensorflow';
import { compileBinding, fetchPackage, isPlaced, placePackage } from './binding';
import { buildInPlace, cacheDirectory, withFileErrors, type SetupResult } from './cache';
import { isWhole, writeMarker } from './marker';
import { isNvidiaFile } from './nvidia-wheels';
import { buildFor, type EngineBuild } from './engine-build';
import { armBuild, bindingPackage, cpuBuild, gpuBuild } from './pins';
import { findProgram, findPython } from './programs';
import { fetchWheels } from './wheel';

export interface SetupOptions {
  /** The build for NVIDIA GPUs, or the one for processors; when not said, the one that is in place, else processors. */
  readonly gpu?: boolean | undefined;
  /** Where announcements go. */
  readonly say: (line: string) => void;
}

/** Where a build of the engine is kept between projects. */
export function engineDirectory({ folder }: EngineBuild): string {
  return join(cacheDirectory(), 'tensorflow', folder);
}

/**
 * Puts the engine in place, fetching only what is missing or damaged.
 *
 * @throws {BackendUnavailableError} on another platform than Linux; on a Node that is too new for the binding; without Python, pip, npm, tar or a C++ compiler; when a
 * download fails or has another hash; when the disk is full or may not be written.
 */
export async function setupTensorflow({ gpu, say }: SetupOptions): Promise<SetupResult> {
  const modules = dirname(dirname(dirname(require.resolve('@tensorflow/tfjs/package.json'))));
  return withFileErrors('setup tensorflow', async () => {
    refuseLaterNode();
    const build = chooseBuild(
      gpu ?? (await isPlaced(engineDirectory(gpuBuild), modules)),
      process.platform,
      process.arch,
    );
    const directory = engineDirectory(build);
    const whole = await isWhole(directory, build);
    if (!whole) await makeEngine(build, directory, say);
    const placed = whole && (await isPlaced(directory, modules));
    if (!placed) placePackage(directory, modules);
    say(placed ? 'tensorflow is in place' : 'tensorflow is set up');
    return { changed: !placed, directory };
  });
}

/** @throws {BackendUnavailableError} on a platform that no build is for. */
export function chooseBuild(gpu: boolean, platform: string, arch: string): EngineBuild {
  const builds = gpu ? [gpuBuild] : [cpuBuild, armBuild];
  const command = `setup tensorflow${gpu ? ' --gpu' : ''}`;
  return buildFor(builds, platform, arch, command, 'the wasm engine runs everywhere');
}

/** What setup says before it fetches anything. */
export function announcement({ wheels, downloadSize, diskSize }: EngineBuild, directory: string): string {
  const [first, ...libraries] = wheels.map(({ name, version }) => `${name} ${version}`);
  const cuda = libraries.length === 0 ? '' : `, ${libraries.length} CUDA libraries (${libraries.join(', ')})`;
  return (
    `fetching ${first}${cuda} from the Python package index and ${bindingPackage.name} ${bindingPackage.version} from npm's: ` +
    `${downloadSize} to download, ${diskSize} on disk in ${directory}; once`
  );
}

async function makeEngine(build: EngineBuild, directory: string, say: (line: string) => void): Promise<void> {
  // Before the download, so that nobody waits for it in vain.
  const python = findPython('TensorFlow');
  const npm = findProgram(['npm'], 'it downloads the binding');
  const tar = findProgram(['tar'], 'it unpacks the binding');
  const compiler = findProgram([process.env['CXX'] || 'g++', 'c++', 'clang++'], 'it compiles the binding');
  say(announcement(build, directory));
  await buildInPlace(directory, async (unfinished) => {
    await fetchWheels(python, build, unfinished, isNeeded, say);
    await fetchPackage(npm, tar, unfinished);
    say('compiling the binding: some 15 seconds');
    await compileBinding(compiler, unfinished, directory);
    await writeMarker(unfinished, build);
  });
}

/** Of TensorFlow the libraries, the C API's headers and the licences; of the CUDA wheels everything that is loaded or run. */
export function isNeeded(entry: string): boolean {
  return (
    /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(entry) ||
    /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|tsl\/platform|xla\/tsl\/c)\/.*\.h$/.test(entry) ||
    /^tensorflow\/(THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/.test(entry) ||
    isNvidiaFile(entry)
  );
}
