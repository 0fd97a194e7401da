/** tslab, with the compiler settings of this project. It has none of its own to set: its TypeScript is told. */
import { createRequire } from 'node:module';
import type * as ConverterModule from 'tslab/dist/converter';
import type * as ExecutorModule from 'tslab/dist/executor';
import type * as JupyterModule from 'tslab/dist/jupyter';
import type { BindingElement, CompilerOptions, TypeScript } from './typescript';

export interface Tslab {
  readonly ts: TypeScript;
  readonly converter: typeof ConverterModule;
  readonly executor: typeof ExecutorModule;
  readonly jupyter: typeof JupyterModule;
}

let loaded: Tslab | undefined;

/** Loads tslab with strict types and with packages' `exports` resolved. */
export function loadTslab(root: string): Tslab {
  return (loaded ??= inFolder(root, () => {
    const ts = useProjectOptions();
    /* eslint-disable @typescript-eslint/no-require-imports -- they take the compiler when they are loaded */
    return {
      ts,
      converter: require('tslab/dist/converter') as Tslab['converter'],
      executor: require('tslab/dist/executor') as Tslab['executor'],
      jupyter: require('tslab/dist/jupyter') as Tslab['jupyter'],
    };
    /* eslint-enable @typescript-eslint/no-require-imports */
  }));
}

/** tslab and its compiler take the folder that they find the process in for the root of all imports and all types. */
export function inFolder<T>(folder: string, start: () => T): T {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return start();
  } finally {
    process.chdir(before);
  }
}

/** The TypeScript that tslab brings, untouched. */
export function loadTypeScript(): TypeScript {
  return createRequire(require.resolve('tslab'))('@tslab/typescript-for-tslab') as TypeScript;
}

function useProjectOptions(): TypeScript {
  const ts = loadTypeScript();
  const options: CompilerOptions = {
    // The default, node10, does not know `exports`.
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    // `(row) => op.mean(row.length)` is how arquero is written.
    noImplicitAny: false,
    useUnknownInCatchVariables: false,
  };
  const id = createRequire(require.resolve('tslab')).resolve('@tslab/typescript-for-tslab');
  const module = require.cache[id] as NodeJS.Module;
  // Its exports cannot be assigned to: tslab gets a copy of them.
  module.exports = {
    ...ts,
    // To reach what earlier cells declared, tslab puts `exports.` before names of these; in `({ points: own }) => own` the first is none.
    visitEachChild: (node: BindingElement, visitor: (child: unknown) => unknown, ...rest: unknown[]) =>
      ts.visitEachChild(
        node,
        (child) => (ts.isBindingElement(node) && child === node.propertyName ? child : visitor(child)),
        ...rest,
      ),
    createWatchCompilerHost: (files: unknown, given: CompilerOptions, ...rest: unknown[]) =>
      ts.createWatchCompilerHost(files, { ...given, ...options }, ...rest),
  };
  return ts;
}
