/** A PJRT plugin: a shared library that compiles StableHLO for one kind of device. */
import { existsSync } from 'node:fs';
import koffi from 'koffi';
import { BackendUnavailableError } from '../../engine';
import { errorMessage } from '../../../errors';
import { errorCode, PjrtError } from './error';
import { functionOffsets, leastTableSize, leastVersion, type FunctionName } from './functions';
import { keepUntilHere, readText, readWords, type Address } from './memory';
import { Struct, type StructName } from './structs';

/** Functions of PJRT take the address of their struct and return that of an error, 0 when all went well. */
const returnsError = koffi.proto('uint64 PjrtFunction(uint64)');
const returnsNothing = koffi.proto('void PjrtProcedure(uint64)');

type Native = ReturnType<ReturnType<typeof koffi.load>['func']>;

export interface Plugin {
  readonly path: string;
  /** Of PJRT's interface, as the plugin has it. */
  readonly version: { readonly major: number; readonly minor: number };
  /** Calls a function. @throws {PjrtError} */
  call<N extends StructName & FunctionName>(args: Struct<N>): Struct<N>;
  /** The same on a thread of its own: the event loop goes on. */
  callAsync<N extends StructName & FunctionName>(args: Struct<N>): Promise<Struct<N>>;
  /** Throws the error at an address, if it is one, and frees it. */
  check(error: Address): void;
}

const loaded = new Map<string, Plugin>();

/**
 * Loads a plugin, once a process: it cannot be unloaded.
 *
 * @throws {BackendUnavailableError} when the file is missing, is no PJRT plugin, or is too old.
 */
export function loadPlugin(path: string): Plugin {
  const before = loaded.get(path);
  if (before !== undefined) return before;
  if (!existsSync(path)) throw new BackendUnavailableError(`xla: there is no plugin at ${path}`);
  const address = functionTable(path);
  // What an older table does not have must not be read.
  const [size, , , , words] = readWords(address, 5) as [number, number, number, number, number];
  // Two 32-bit numbers in one word.
  const version = { major: words % 2 ** 32, minor: Math.floor(words / 2 ** 32) };
  if (size < leastTableSize || (version.major === leastVersion.major && version.minor < leastVersion.minor)) {
    const { major, minor } = leastVersion;
    throw new BackendUnavailableError(
      `xla: the plugin ${path} is too old: it has PJRT ${version.major}.${version.minor} with a table of ${size} bytes, at least ${major}.${minor} with ${leastTableSize} bytes is needed`,
    );
  }
  if (version.major > leastVersion.major) {
    throw new BackendUnavailableError(
      `xla: the plugin ${path} is too new: it has PJRT ${version.major}.${version.minor}, the kit calls ${leastVersion.major}.x`,
    );
  }
  const table = readWords(address, leastTableSize / 8);
  const functions = Object.fromEntries(
    Object.entries(functionOffsets).map(([name, offset]) => {
      const proto = name === 'Error_Destroy' || name === 'Error_Message' ? returnsNothing : returnsError;
      return [name, koffi.decode(BigInt(table[offset / 8] as number), proto) as Native];
    }),
  ) as Record<FunctionName, Native>;

  const check = (error: Address): void => {
    if (error === 0) return;
    const message = new Struct('Error_Message', { error });
    functions.Error_Message(message.address);
    const code = new Struct('Error_GetCode', { error });
    functions.Error_GetCode(code.address);
    const text = readText(message.get('message'), message.get('message_size'));
    const thrown = new PjrtError(errorCode(code.get('code'), text), text);
    const destroy = new Struct('Error_Destroy', { error });
    functions.Error_Destroy(destroy.address);
    keepUntilHere(message, code, destroy);
    throw thrown;
  };
  const plugin: Plugin = {
    path,
    version,
    check,
    call(args) {
      check(Number(functions[args.name](args.address)));
      return args;
    },
    callAsync: (args) =>
      new Promise((resolve, reject) => {
        functions[args.name].async(args.address, (failure: Error | null, error: number | bigint) => {
          try {
            if (failure) throw failure;
            check(Number(error));
            resolve(args);
          } catch (thrown) {
            reject(thrown as Error);
          }
        });
      }),
  };
  plugin.call(new Struct('Plugin_Initialize'));
  loaded.set(path, plugin);
  return plugin;
}

/** Address of the plugin's table of functions. */
function functionTable(path: string): Address {
  // Else XLA writes a log of its own to stderr.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  try {
    pin(path);
    const address = Number(koffi.load(path).func('uint64 GetPjrtApi()')());
    if (address === 0) throw new Error('it gives no table of functions');
    return address;
  } catch (error) {
    throw new BackendUnavailableError(
      `xla: ${path} is no PJRT plugin: ${errorMessage(error).split('\n')[0] as string}`,
    );
  }
}

/** koffi unloads libraries when the process ends, while a plugin's threads still run, which crashes: this one stays. */
function pin(path: string): void {
  if (!loadForGood(path))
    throw new Error(
      (koffi.load(null).func('const char *dlerror()')() as string | null) ?? 'it cannot be loaded',
    );
}

/** Loads a library that is never unloaded. @returns whether that was possible. */
export function loadForGood(path: string): boolean {
  const now = 2;
  const noDelete = process.platform === 'darwin' ? 0x80 : 0x1000;
  const open = koffi.load(null).func('void *dlopen(const char *path, int flags)');
  return (open(path, now | noDelete) as unknown) !== null;
}
