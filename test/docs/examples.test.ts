/** Examples in doc comments and samples of the pages: all of them compile as a user's strict TypeScript. */
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { blocksOf, project } from '../support/pages';

const entry = join(project, 'lib', 'index.ts');
const options: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  esModuleInterop: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
  paths: { 'rlhf-kit': [entry] },
};

/** Reads and parses each file once, for all programs. */
function cachingHost(written: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const parsed = new Map<string, ts.SourceFile | undefined>();
  return {
    ...host,
    fileExists: (path) => written.has(path) || host.fileExists(path),
    readFile: (path) => written.get(path) ?? host.readFile(path),
    getSourceFile: (path, version, ...more) => {
      const code = written.get(path);
      if (code !== undefined) return ts.createSourceFile(path, code, version);
      if (!parsed.has(path)) parsed.set(path, host.getSourceFile(path, version, ...more));
      return parsed.get(path);
    },
  };
}

/** Code of the `@example`s by the name of their export. */
function examplesOf(program: ts.Program): Map<string, string[]> {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile) as ts.Symbol;
  const found = new Map<string, string[]>();
  for (const symbol of checker.getExportsOfModule(module)) {
    const exported = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const examples = exported.getJsDocTags(checker).filter(({ name }) => name === 'example');
    if (examples.length > 0)
      found.set(
        symbol.name,
        examples.map(({ text }) => codeOf(ts.displayPartsToString(text))),
      );
  }
  return found;
}

function codeOf(text: string): string {
  return /^```ts\n([\s\S]*)\n```$/.exec(text.trim())?.[1] ?? '';
}

const written = new Map<string, string>();
const host = cachingHost(written);
const library = ts.createProgram([entry], options, host);
const examples = examplesOf(library);

/** Each as a module of its own, with top-level await. */
const sources = [
  ...[...examples].flatMap(([name, codes]) => codes.map((code) => ({ name: `@example of ${name}`, code }))),
  ...['README.md', 'docs/library.md'].flatMap((page) =>
    blocksOf(page, 'ts').map((code, i) => ({ name: `${page}, sample ${i + 1}`, code })),
  ),
].map((source, i) => ({ ...source, path: join(project, `sample-${i}.mts`) }));
for (const { path, code } of sources) written.set(path, code);
const wrong = join(project, 'wrong-sample.mts');
written.set(wrong, "import { useEngine } from 'rlhf-kit';\n\nawait useEngine(1);\n");
const program = ts.createProgram([...written.keys()], options, host, library);

function faultsOf(path: string): string[] {
  const file = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText, start = 0 }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    },
  );
}

it('at least thirty exports have an example', () => {
  expect(examples.size).toBeGreaterThanOrEqual(30);
});

it.each(sources)('$name is complete and has the right types', ({ path, code }) => {
  expect(code).toMatch(/ from 'rlhf-kit';$/m);
  expect(faultsOf(path), code).toEqual([]);
});

it('an example uses its export and has 2 to 8 lines', () => {
  for (const [name, codes] of examples) {
    for (const code of codes) {
      const [first, ...lines] = code.split('\n').filter((line) => line !== '');
      expect(first).toMatch(/^import /);
      expect(lines.join('\n'), name).toMatch(new RegExp(`\\b${name}\\b`));
      expect(lines.length, name).toBeGreaterThan(0);
      expect(lines.length, name).toBeLessThan(8);
    }
  }
});

it('a sample with a wrong argument is refused', () => {
  expect(faultsOf(wrong)).toEqual([
    expect.stringMatching(/^line 3: Argument of type 'number' is not assignable/),
  ]);
});
