/**
 * Makes the tensorflow engine work where tfjs-node-gpu's own download fails or is too old: TensorFlow's C library and headers
 * come out of its Python wheel into the user's cache, the binding is compiled against them.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readJson, sha256File, writeJson } from '../../files';
import { BackendUnavailableError } from '../engine';
import { bindingPackage, cpuBuild, gpuBuild, type TensorflowBuild } from './pins';
import { findProgram, runProgram } from './programs';
import { fetchWheel, verifyHash } from './wheel';

export interface SetupOptions {
  /** The build for NVIDIA GPUs. */
  readonly gpu: boolean;
  /** Where announcements go. */
  readonly say: (line: string) => void;
}

export interface SetupResult {
  /** False when everything was in place. */
  readonly changed: boolean;
  /** Where the library lies. */
  readonly directory: string;
}

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** Sizes and hashes of what a finished setup put in place; written last, so that it stands for a whole one. */
interface Marker {
  readonly files: Readonly<Record<string, { size: number; sha256: string }>>;
}

/** Where engines are kept between projects: `RLHF_KIT_CACHE`, else `rlhf-kit` in the user's cache folder. */
export function cacheDirectory(): string {
  return (
    process.env['RLHF_KIT_CACHE'] ||
    join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rlhf-kit')
  );
}

/**
 * Puts the engine in place, fetching only what is missing or damaged.
 *
 * @throws {BackendUnavailableError} on another platform than Linux x86-64; without Python, pip, npm or a C++ compiler; when
 * a download fails or has another hash.
 */
export async function setupTensorflow({ gpu, say }: SetupOptions): Promise<SetupResult> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BackendUnavailableError(
      `setup tensorflow knows Linux on x64 only, got ${process.platform} on ${process.arch}; the wasm engine runs everywhere`,
    );
  }
  const build = gpu ? gpuBuild : cpuBuild;
  const directory = join(cacheDirectory(), 'tensorflow', build.folder);
  const library = await placeLibrary(build, directory, say);
  const binding = await placeBinding(directory, library, say);
  const changed = library || binding;
  say(changed ? 'tensorflow is set up' : 'tensorflow is in place');
  return { changed, directory };
}

/** TensorFlow's libraries and headers into the cache. @returns whether anything was done. */
async function placeLibrary(
  build: TensorflowBuild,
  directory: string,
  say: (line: string) => void,
): Promise<boolean> {
  if (isWhole(directory)) return false;
  const names = build.wheels.map(({ name, version }) => `${name} ${version}`);
  say(
    `fetching ${names.length === 1 ? names[0] : `${names[0]} and ${names.length - 1} CUDA libraries`} from the Python package index: ` +
      `${build.downloadSize} to download, ${build.diskSize} on disk in ${directory}; once`,
  );
  mkdirSync(dirname(directory), { recursive: true });
  const unfinished = mkdtempSync(`${directory}.`);
  const clean = (): void => rmSync(unfinished, { recursive: true, force: true });
  process.once('exit', clean);
  try {
    for (const wheel of build.wheels) {
      await fetchWheel(wheel, unfinished, isNeeded);
      say(`${wheel.name} ${wheel.version}: SHA-256 is right`);
    }
    const root = join(unfinished, 'tensorflow');
    // The linker looks for the C library under this name; the C++ library exports the whole C API.
    symlinkSync('libtensorflow_cc.so.2', join(root, 'libtensorflow.so'));
    symlinkSync('libtensorflow_framework.so.2', join(root, 'libtensorflow_framework.so'));
    const files: Record<string, { size: number; sha256: string }> = {};
    for (const name of libraries) {
      const path = join(root, name);
      files[`tensorflow/${name}`] = { size: statSync(path).size, sha256: await sha256File(path) };
    }
    writeJson(join(unfinished, 'setup.json'), { files } satisfies Marker);
    rmSync(directory, { recursive: true, force: true });
    renameSync(unfinished, directory);
  } finally {
    clean();
    process.off('exit', clean);
  }
  return true;
}

/** Libraries, the C API's headers with what they include, licences; of the CUDA wheels everything loadable. */
function isNeeded(entry: string): boolean {
  return (
    libraries.some((name) => entry === `tensorflow/${name}`) ||
    /^tensorflow\/include\/(tensorflow\/(c|core)|tsl|xla\/tsl)\/.*\.h$/.test(entry) ||
    /^tensorflow\/(THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/.test(entry) ||
    /^nvidia\/.*(\.so(\.\d+)*|\.bc|\/bin\/ptxas|License\.txt)$/.test(entry)
  );
}

/** Whether a finished setup lies there, undamaged as far as sizes tell (hashing 850 MB at every start would take seconds). */
function isWhole(directory: string): boolean {
  const marker = join(directory, 'setup.json');
  if (!existsSync(marker)) return false;
  return Object.entries(readJson<Marker>(marker).files).every(
    ([name, { size }]) => existsSync(join(directory, name)) && statSync(join(directory, name)).size === size,
  );
}

/** The binding's JavaScript into node_modules, the compiled binding into it. @returns whether anything was done. */
async function placeBinding(
  directory: string,
  rebuild: boolean,
  say: (line: string) => void,
): Promise<boolean> {
  const modules = dirname(dirname(dirname(require.resolve('@tensorflow/tfjs/package.json'))));
  const root = join(modules, bindingPackage.name);
  const compiled = join(directory, 'tfjs_binding.node');
  const placed = join(root, 'lib', 'napi-v8', 'tfjs_binding.node');
  const hasSources =
    existsSync(join(root, 'binding', 'tfjs_binding.cc')) && existsSync(join(root, 'dist', 'index.js'));
  if (
    !rebuild &&
    hasSources &&
    existsSync(compiled) &&
    existsSync(placed) &&
    (await isSame(compiled, placed))
  )
    return false;
  if (!hasSources) await placePackage(root, say);
  if (rebuild || !existsSync(compiled)) await compileBinding(root, directory, compiled, say);
  mkdirSync(dirname(placed), { recursive: true });
  copyFileSync(compiled, `${placed}.tmp`);
  renameSync(`${placed}.tmp`, placed);
  return true;
}

async function isSame(a: string, b: string): Promise<boolean> {
  return (await sha256File(a)) === (await sha256File(b));
}

/** npm leaves an optional package out when its install script fails; its files are fetched without running the script. */
async function placePackage(root: string, say: (line: string) => void): Promise<void> {
  const { name, version, sha256 } = bindingPackage;
  say(`fetching ${name} ${version} from the npm registry: 0.2 MB`);
  const npm = findProgram(['npm'], 'it downloads the binding');
  const temporary = mkdtempSync(join(tmpdir(), 'rlhf-kit-binding-'));
  try {
    await runProgram(
      npm,
      ['pack', '--silent', '--pack-destination', temporary, `${name}@${version}`],
      `downloading ${name}`,
    );
    const file = readdirSync(temporary).find((entry) => entry.endsWith('.tgz'));
    if (file === undefined) throw new BackendUnavailableError(`npm downloaded no package of ${name}`);
    await verifyHash(join(temporary, file), sha256, `${name} ${version}`);
    const tar = findProgram(['tar'], 'it unpacks the binding');
    await runProgram(tar, ['-xzf', join(temporary, file), '-C', temporary], `unpacking ${name}`);
    rmSync(root, { recursive: true, force: true });
    mkdirSync(dirname(root), { recursive: true });
    cpSync(join(temporary, 'package'), root, { recursive: true });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function compileBinding(
  root: string,
  directory: string,
  output: string,
  say: (line: string) => void,
): Promise<void> {
  say('compiling the binding: some 15 seconds');
  const compiler = findProgram([process.env['CXX'] || 'g++', 'c++', 'clang++'], 'it compiles the binding');
  const library = join(directory, 'tensorflow');
  // node-gyp would download Node's headers; Node's project publishes those of the stable API as a package.
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const temporary = `${output}.tmp`;
  await runProgram(
    compiler,
    [
      ...['-O2', '-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8'],
      ...[join(root, 'binding'), nodeHeaders, join(library, 'include')].map((path) => `-I${path}`),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(root, 'binding', name)),
      ...['-o', temporary, `-L${library}`, '-ltensorflow', '-ltensorflow_framework', `-Wl,-rpath,${library}`],
    ],
    'compiling the binding',
  );
  renameSync(temporary, output);
}
