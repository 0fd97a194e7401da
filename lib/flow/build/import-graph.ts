/** The import graph of source files: what each of them computes, and whose values it uses. For the build; nothing imports it at run time. */
import { isBuiltin } from 'node:module';
import * as ts from 'typescript';
import { shortHash, type CodeFile, type CodeGraph } from '../code-keys';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  esModuleInterop: true,
  removeComments: true,
  newLine: ts.NewLineKind.LineFeed,
};

/**
 * The graph of all sources.
 *
 * @param sources texts of the files by path from the root of the package.
 * @param versionOf version of an installed package.
 * @throws {Error} for an import of a file that is not among the sources.
 */
export function importGraph(
  sources: ReadonlyMap<string, string>,
  versionOf: (packageName: string) => string,
): CodeGraph {
  return Object.fromEntries([...sources.keys()].map((path) => [path, codeFile(path, sources, versionOf)]));
}

/** One file of the graph. Comments, types and imports of types alone are no part of its code: the compiler leaves them out. */
export function codeFile(
  path: string,
  sources: ReadonlyMap<string, string>,
  versionOf: (packageName: string) => string,
): CodeFile {
  const host: ts.ModuleResolutionHost = {
    fileExists: (file) => sources.has(file.slice(1)),
    readFile: (file) => sources.get(file.slice(1)),
  };
  const resolve = (specifier: string): string => {
    const { resolvedModule } = ts.resolveModuleName(specifier, `/${path}`, options, host);
    if (resolvedModule === undefined)
      throw new Error(`${path} imports ${specifier}, which is no source file of the kit`);
    return resolvedModule.resolvedFileName.slice(1);
  };
  const text = sources.get(path) as string;
  const code = ts.transpileModule(text, { compilerOptions: options, fileName: path }).outputText;
  const specifiers = ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => !isBuiltin(specifier));
  const isOwn = (specifier: string): boolean => specifier.startsWith('.');
  const packages = specifiers.filter((specifier) => !isOwn(specifier)).map(packageName);
  return {
    code: shortHash(code),
    imports: distinct(specifiers.filter(isOwn).map(resolve)),
    packages: distinct(packages.map((name) => `${name}@${versionOf(name)}`)),
  };
}

/** `@scope/name/part` is a part of `@scope/name`. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
