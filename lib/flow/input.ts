/** What fills the slots of stages: outputs of other stages, files that are given, and values made of both. */
import type { RunDirectory } from '../train/run-directory';
import type { FlowNode } from './flow';
import type { Format } from './formats';
import type { StageResults } from './stage';

/** A file or folder that an input is read from. */
export type Source = Handle<unknown> | GivenFile;

/** A file or folder that no stage of the flow makes. */
export interface GivenFile {
  readonly path: string;
  /** Of its contents; asked for only where results are kept by what decides them. */
  readonly sha256?: string;
}

/** A value, and how what it holds is given back. */
export interface Opened<T> {
  readonly value: T;
  /** What the stage's manifest is to say of the opening, e.g. how many rows were set aside. */
  readonly results?: StageResults;
  close(): void;
}

export interface Input<T> {
  readonly sources: readonly Source[];
  /** `__filename` of modules whose code makes the value, besides those of the stages that wrote the sources. */
  readonly modules: readonly string[];
  /** What decides the value besides its sources. */
  readonly settings?: object;
  /** @param paths of the sources. @param run of the stage that reads, for what is worth keeping. */
  open(paths: readonly string[], run: RunDirectory): Promise<Opened<T>>;
}

/** An output of a stage in a flow. */
export interface Handle<T> extends Input<T> {
  readonly node: FlowNode;
  /** Below the stage's folder. */
  readonly file: string;
}

export function isHandle(source: Source): source is Handle<unknown> {
  return 'node' in source;
}

export function handleOf<T>(node: FlowNode, file: string, { read, close }: Format<T>): Handle<T> {
  const handle: Handle<T> = {
    node,
    file,
    get sources() {
      return [handle];
    },
    modules: [],
    open: async ([path]) => opened(await read(path as string), close),
  };
  return handle;
}

/** A file or folder as an input, read in some format. @param module `__filename` of the caller, whose code reads. */
export function givenInput<T>(module: string, file: GivenFile, { read, close }: Format<T>): Input<T> {
  return {
    sources: [file],
    modules: [module],
    open: async ([path]) => opened(await read(path as string), close),
  };
}

/** The values of some inputs. */
export type OpenedInputs<I> = { readonly [K in keyof I]: I[K] extends Input<infer T> ? T : never };

export interface Derivation<V, T> {
  /** `__filename` of the module that makes the value. */
  readonly module: string;
  /** What `make` uses besides the values. */
  readonly settings?: object;
  make(values: V, run: RunDirectory): T | Promise<T>;
  /** Gives back what the made value holds itself; the inputs are given back besides. */
  close?(value: T): void;
}

/** An input made of others, e.g. a scorer of a reward model. What it is made of stays open as long as it. */
export function derivedInput<I extends Readonly<Record<string, Input<unknown>>>, T>(
  inputs: I,
  { module, settings, make, close }: Derivation<OpenedInputs<I>, T>,
): Input<T> {
  const parts = Object.entries(inputs);
  const own = parts.flatMap(([name, input]) =>
    input.settings === undefined ? [] : [[name, input.settings]],
  );
  const all = { ...settings, ...Object.fromEntries(own) };
  return {
    sources: parts.flatMap(([, { sources }]) => sources),
    modules: [module, ...parts.flatMap(([, { modules }]) => modules)],
    ...(Object.keys(all).length > 0 && { settings: all }),
    async open(paths, run) {
      const inner = await openAll(inputs, paths, run);
      try {
        const value = await make(inner.value, run);
        return {
          value,
          ...(inner.results !== undefined && { results: inner.results }),
          close: () => {
            close?.(value);
            inner.close();
          },
        };
      } catch (error) {
        inner.close();
        throw error;
      }
    },
  };
}

/** A value that is there already. @param module `__filename` of the module that made it. */
export function readyInput<T>(module: string, value: T): Input<T> {
  return { sources: [], modules: [module], open: () => Promise.resolve({ value, close: () => {} }) };
}

/** The same input, opened once however many slots of a stage it fills or has a part in. */
export function sharedInput<T>(input: Input<T>): Input<T> {
  let users = 0;
  let opening: Promise<Opened<T>> | undefined;
  return {
    ...input,
    async open(paths, run) {
      opening ??= input.open(paths, run);
      users++;
      const { close, ...rest } = await opening;
      return {
        ...rest,
        close: () => {
          users--;
          if (users > 0) return;
          opening = undefined;
          close();
        },
      };
    },
  };
}

/** Inputs by name as one. */
export function recordInput<T>(
  inputs: Readonly<Record<string, Input<T>>>,
): Input<Readonly<Record<string, T>>> {
  return derivedInput(inputs, { module: __filename, make: (values) => values });
}

/** Opens inputs one after another; when one fails, those before it are closed. */
export async function openAll<I extends Readonly<Record<string, Input<unknown>>>>(
  inputs: I,
  paths: readonly string[],
  run: RunDirectory,
): Promise<Opened<OpenedInputs<I>>> {
  const values: Record<string, unknown> = {};
  let all: StageResults = {};
  const closers: (() => void)[] = [];
  const closeAll = (): void => closers.forEach((close) => close());
  let next = 0;
  try {
    for (const [name, input] of Object.entries(inputs)) {
      const { value, results, close } = await input.open(paths.slice(next, next + input.sources.length), run);
      next += input.sources.length;
      values[name] = value;
      closers.push(close);
      all = { ...all, ...results };
    }
  } catch (error) {
    closeAll();
    throw error;
  }
  return { value: values as OpenedInputs<I>, results: all, close: closeAll };
}

function opened<T>(value: T, close: ((value: T) => void) | undefined): Opened<T> {
  return { value, close: () => close?.(value) };
}
