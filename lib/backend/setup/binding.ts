/** The binding between tfjs and TensorFlow's C library: its npm package, compiled against the library that setup fetched. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256File } from '../../files';
import { BackendUnavailableError } from '../engine';
import { bindingPackage } from './pins';
import { runProgram } from './programs';
import { verifyHash } from './wheel';

/** Below the package's folder. */
const compiled = join('lib', 'napi-v8', 'tfjs_binding.node');

/** npm leaves an optional package out when its install script fails; here its files are fetched without running the script. */
export async function fetchPackage(npm: string, tar: string, directory: string): Promise<void> {
  const { name, version, sha256 } = bindingPackage;
  const downloads = join(directory, 'downloads');
  mkdirSync(downloads);
  await runProgram(
    npm,
    ['pack', '--silent', '--pack-destination', downloads, `${name}@${version}`],
    `downloading ${name}`,
  );
  const file = readdirSync(downloads).find((entry) => entry.endsWith('.tgz'));
  if (file === undefined) throw new BackendUnavailableError(`npm downloaded no package of ${name}`);
  await verifyHash(join(downloads, file), sha256, `${name} ${version}`);
  // The archive holds one folder, `package`.
  await runProgram(tar, ['-xzf', join(downloads, file), '-C', directory], `unpacking ${name}`);
  rmSync(downloads, { recursive: true });
}

/**
 * Compiles the binding in `directory/package` against `directory/tensorflow`.
 *
 * @param home where the folder will lie: the binding looks for the library there.
 */
export async function compileBinding(compiler: string, directory: string, home: string): Promise<void> {
  const library = join(directory, 'tensorflow');
  // The linker looks for the C library under these names; the C++ library exports the whole C API.
  symlinkSync('libtensorflow_cc.so.2', join(library, 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(library, 'libtensorflow_framework.so'));
  const root = join(directory, 'package');
  // node-gyp would download Node's headers; Node's project publishes those of the stable API as a package.
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  mkdirSync(dirname(join(root, compiled)), { recursive: true });
  await runProgram(
    compiler,
    [
      ...['-O2', '-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8'],
      ...[join(root, 'binding'), nodeHeaders, join(library, 'include')].map((path) => `-I${path}`),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(root, 'binding', name)),
      ...['-o', join(root, compiled), `-L${library}`, '-ltensorflow', '-ltensorflow_framework'],
      ...['-Xlinker', '-rpath', '-Xlinker', join(home, 'tensorflow')],
    ],
    'compiling the binding',
  );
}

/** Whether the package in `node_modules` is the one compiled in `directory`. */
export async function isPlaced(directory: string, modules: string): Promise<boolean> {
  const [ours, theirs] = [join(directory, 'package', compiled), join(modules, bindingPackage.name, compiled)];
  if (!existsSync(ours) || !existsSync(theirs)) return false;
  return (await sha256File(ours)) === (await sha256File(theirs));
}

/** Puts the compiled package into `node_modules`, over whatever npm left there. */
export function placePackage(directory: string, modules: string): void {
  const root = join(modules, bindingPackage.name);
  mkdirSync(dirname(root), { recursive: true });
  // npm takes no notice of names that start with a dot.
  const temporary = mkdtempSync(join(dirname(root), '.tfjs-node-gpu-'));
  try {
    cpSync(join(directory, 'package'), temporary, { recursive: true });
    rmSync(root, { recursive: true, force: true });
    renameSync(temporary, root);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
