/**
 * What code a module computes with: a hash of the module and of everything that it imports for its values, however far down. The build
 * writes the import graph to `dist/code-keys.json`; at run time it is only read.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { InputError } from '../errors';
import { readJson } from '../files';
import { packageRoot } from '../train/versions';

/** One source file of the kit. */
export interface CodeFile {
  /** Hash of its code without comments and types. */
  readonly code: string;
  /** Files that it imports for their values, as paths from the root of the package, e.g. `lib/random.ts`. */
  readonly imports: readonly string[];
  /** Packages that it imports, e.g. `@tensorflow/tfjs@4.22.0`. */
  readonly packages: readonly string[];
}

/** The source files by path. */
export type CodeGraph = Readonly<Record<string, CodeFile>>;

/** What `dist/code-keys.json` holds of a file. */
export interface BuiltCodeFile extends CodeFile {
  /** Hash of the built file. */
  readonly built: string;
}

/** The first 16 hexadecimal digits of the SHA-256 of some texts. */
export function shortHash(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

/** Where the build writes the graph, below the root of the package. */
export const codeKeysFile = join('dist', 'code-keys.json');

/** The module and all that it imports for values, sorted. @throws {Error} for a file that the graph does not have. */
export function filesBehind(graph: CodeGraph, module: string): string[] {
  const found = new Set<string>();
  const add = (path: string): void => {
    if (found.has(path)) return;
    const file = graph[path];
    if (file === undefined) throw new Error(`${codeKeysFile} has no file ${path}; run npm run build`);
    found.add(path);
    file.imports.forEach(add);
  };
  add(module);
  return [...found].sort();
}

/**
 * Key of a module: hash over paths and code of {@link filesBehind} and over the versions of the packages that they import.
 *
 * @param module path from the root of the package, e.g. `lib/policy/ppo/trainer.ts`.
 */
export function codeKeyIn(graph: CodeGraph, module: string): string {
  const files = filesBehind(graph, module);
  const packages = new Set(files.flatMap((path) => (graph[path] as CodeFile).packages));
  return shortHash(
    ...files.map((path) => `${path} ${(graph[path] as CodeFile).code}\n`),
    ...[...packages].sort().map((name) => `${name}\n`),
  );
}

let known: CodeGraph | undefined;
const keys = new Map<string, string>();

/**
 * Key of the code of a module of the kit.
 *
 * @param filename the module's `__filename`, of the source or of the built file.
 * @throws {InputError} when the build that wrote the graph is not the one that runs.
 */
export function codeKey(filename: string): string {
  const root = packageRoot();
  known ??= readGraph(root);
  const module = sourcePath(root, filename);
  const key = keys.get(module) ?? codeKeyIn(known, module);
  keys.set(module, key);
  return key;
}

/** `lib/x.ts` for its source and for `dist/lib/x.js`. */
function sourcePath(root: string, filename: string): string {
  const path = relative(root, filename).split(sep).join('/');
  return path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
}

function readGraph(root: string): CodeGraph {
  const path = join(root, codeKeysFile);
  if (!existsSync(path))
    throw new InputError(
      `${codeKeysFile} is missing: it tells results of other code apart; run npm run build`,
    );
  const graph = readJson<Readonly<Record<string, BuiltCodeFile>>>(path);
  const runsBuilt = __filename.startsWith(join(root, 'dist', sep));
  for (const [source, { built }] of runsBuilt ? Object.entries(graph) : []) {
    const file = join('dist', builtPath(source));
    if (shortHash(readFileSync(join(root, file))) !== built)
      throw new InputError(`${file} is not the one that ${codeKeysFile} was made from; run npm run build`);
  }
  return graph;
}

/** `lib/x.js` of `lib/x.ts`, below `dist`. */
export function builtPath(source: string): string {
  return source.replace(/\.ts$/, '.js');
}
