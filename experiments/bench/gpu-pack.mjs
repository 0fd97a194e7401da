// Packs what experiments/bench/gpu.sh needs on a machine without Node and without a network: this Node, the built package, the packages that it
// loads, the tests of the engine with vitest. Run `npm ci && npm run build` first.
//
//   node experiments/bench/gpu-pack.mjs [file, default runs/rlhf-kit-gpu.tar.gz]
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const archive = resolve(process.argv[2] ?? join(root, 'runs', 'rlhf-kit-gpu.tar.gz'));
const most = 60 * 2 ** 20;

// vitest comes along so that the conformance tests run as they are: a runner of its own would be a second meaning of `expect`.
// Left out: DuckDB (Parquet), notebooks' packages, the native tensorflow engine, what builds the package.
const packages = [
  '@dagrejs/graphlib',
  '@huggingface/jinja',
  '@huggingface/tokenizers',
  '@petamoriken/float16',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  'cephes',
  'fast-check',
  'fastest-levenshtein',
  'koffi',
  'log-update',
  'markdown-table',
  'marked',
  'plotly.js-dist-min',
  'pure-rand',
  'simple-statistics',
  'string-width',
  'vitest',
  'yauzl',
];

const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** Where Node finds a package that one at `from` asks for. */
function place(name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const candidate = join(at, 'node_modules', name);
    if (locked[candidate] !== undefined && existsSync(join(root, candidate))) return candidate;
    if (at === '') return undefined;
  }
}

/** The folders of packages, with all that they depend on. */
function closure() {
  const found = new Set();
  const add = (name, from) => {
    const folder = place(name, from);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const { dependencies, optionalDependencies } = locked[folder];
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) add(next, folder);
  };
  for (const name of packages) {
    if (place(name, '') === undefined) throw new Error(`gpu-pack: ${name} is not installed; run: npm ci`);
    add(name, '');
  }
  return [...found];
}

/** Whether a file of a package is loaded when the package runs in Node. */
function isLoaded(path) {
  if (/\.(map|d\.[cm]?ts|ts|md|markdown|flow|txt)$/i.test(path)) return false;
  if (/\/(tests?|__tests__|docs?|examples?|benchmarks?|types)\//.test(path) && !path.includes('/vitest/'))
    return false;
  // tfjs: of its many bundles Node takes these.
  const tfjs = /^node_modules\/@tensorflow\/[^/]+\/(.*)$/.exec(path);
  if (tfjs) return /^package\.json$|^dist\/[^/]*\.node\.js$|\.wasm$/.test(tfjs[1]);
  if (path.startsWith('node_modules/plotly.js-dist-min/'))
    return /(package\.json|plotly\.min\.js)$/.test(path);
  if (path.startsWith('node_modules/simple-statistics/')) return !/\.min\.js$|\/src\//.test(path);
  if (path.startsWith('node_modules/@types/')) return false;
  // The program itself is in the package of its platform.
  if (path.startsWith('node_modules/esbuild/bin/')) return false;
  return !/\/musl[^/]*\//.test(path);
}

function copyPackage(folder, target) {
  cpSync(join(root, folder), join(target, folder), {
    recursive: true,
    filter: (source) => {
      const path = relative(root, source);
      // Packages within packages are copied by themselves, if they are needed.
      if (path !== folder && basename(source) === 'node_modules') return false;
      return statSync(source).isDirectory() || isLoaded(path);
    },
  });
}

const own = ['bin', 'datasets', 'dist', 'experiments/bench', 'lib', 'package.json', 'test/backend', 'test/model', 'test/setup.ts', 'test/support', 'tsconfig.json', 'vitest.config.mts']; // prettier-ignore

const target = mkdtempSync(join(tmpdir(), 'rlhf-kit-gpu-'));
try {
  if (!existsSync(join(root, 'dist/lib/cli/main.js')))
    throw new Error('gpu-pack: there is no dist; run: npm run build');
  for (const name of own) {
    const isOurs = (source) => !/\.(map|d\.ts|tsbuildinfo|pyc)$/.test(source);
    cpSync(join(root, name), join(target, name), { recursive: true, filter: isOurs });
  }
  for (const folder of closure()) copyPackage(folder, target);
  // The package knows itself by name.
  symlinkSync('..', join(target, 'node_modules', 'rlhf-kit'));
  mkdirSync(join(target, 'node'), { recursive: true });
  cpSync(process.execPath, join(target, 'node', 'node'), { dereference: true });
  // A package that is missing here would be found out on a machine that cannot fetch it.
  execFileSync(
    join(target, 'node', 'node'),
    [join(target, 'bin', 'rlhf-kit.js'), 'doctor', '--engine', 'wasm'],
    {
      cwd: target,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  mkdirSync(dirname(archive), { recursive: true });
  // Not xz, which would save a quarter: the machine may lack it.
  execFileSync('tar', ['-C', target, '-czf', archive, '.']);
  const { size } = statSync(archive);
  process.stdout.write(`${JSON.stringify({ archive, mebibytes: Number((size / 2 ** 20).toFixed(1)) })}\n`);
  if (size > most) throw new Error(`gpu-pack: the pack has ${size} bytes, at most ${most} may travel`);
} finally {
  rmSync(target, { recursive: true, force: true });
}
