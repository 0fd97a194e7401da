/** Program of the build, after the compiler: writes the import graph of the kit's sources to `dist/code-keys.json`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { readJson, writeJson } from '../../files';
import { packageRoot } from '../../train/versions';
import { builtPath, codeKeysFile, shortHash, type BuiltCodeFile } from '../code-keys';
import { importGraph } from './import-graph';

const root = packageRoot();

/** Texts of the files that the build compiles, by path from the root of the package. */
function readSources(): Map<string, string> {
  const paths = ['lib', 'datasets'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [folder, ...name.split(sep)].join('/')),
  );
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const graph = importGraph(
  readSources(),
  (name) => readJson<{ version: string }>(join(root, 'node_modules', name, 'package.json')).version,
);
const files = Object.entries(graph).map(([path, file]): [string, BuiltCodeFile] => [
  path,
  { ...file, built: shortHash(readFileSync(join(root, 'dist', builtPath(path)))) },
]);
writeJson(join(root, codeKeysFile), Object.fromEntries(files));
