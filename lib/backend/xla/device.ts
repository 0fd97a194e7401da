/** The device that the engine computes on: one a process, from its first use. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Compilations, ProgramMemory } from '../engine';
import { cacheDirectory } from '../setup/cache';
import {
  compilerOptions,
  readCompilerOptions,
  type CompilerOptions,
  type CudaFolders,
} from './compiler-options';
import { keepFreedMemory } from './pjrt/allocator';
import { Client, pluginAttributes } from './pjrt/client';
import { cudaOptions, cudaToolkit, isForCuda, loadCudaLibraries } from './pjrt/cuda';
import type { Executable } from './pjrt/executable';
import { loadPlugin, type Plugin } from './pjrt/plugin';
import { cached, machineKey } from './program-cache';
import { logProgram } from './program-log';

export interface Device {
  readonly plugin: Plugin;
  readonly client: Client;
  readonly isProcessor: boolean;
  readonly isCuda: boolean;
  /** What a compiled program depends on besides its text. */
  readonly key: string;
  /** What its compiler is told. */
  readonly options: CompilerOptions;
}

let current: Device | undefined;

/**
 * @param path of the plugin; after the first call the device stays the same.
 * @throws {BackendUnavailableError} for a plugin that cannot be loaded.
 * @throws {PjrtError} where the plugin finds no device.
 */
export function openDevice(path: string): Device {
  if (current !== undefined) return current;
  const plugin = loadPlugin(path);
  const forCuda = isForCuda(pluginAttributes(plugin));
  if (!forCuda) keepFreedMemory();
  if (forCuda) loadCudaLibraries(path);
  const client = forCuda ? new Client(plugin, cudaOptions(process.env)) : openClient(plugin);
  const isProcessor = client.platform.name === 'cpu';
  const own = readCompilerOptions(process.env['RLHF_KIT_XLA_OPTIONS'] ?? '');
  const options = compilerOptions({ isProcessor, cuda: forCuda ? cudaFolders(path) : undefined }, own);
  const key = machineKey(plugin, client);
  current = { plugin, client, isProcessor, isCuda: forCuda, key, options };
  return current;
}

/** The compiler makes no folder by itself. */
function cudaFolders(plugin: string): CudaFolders {
  const autotuning = join(cacheDirectory(), 'xla', 'autotuning');
  mkdirSync(autotuning, { recursive: true });
  return { toolkit: cudaToolkit(plugin), autotuning };
}

/** A processor counts as four devices, and so as four pools of threads, unless it is told to be one; other plugins do not know the option. */
function openClient(plugin: Plugin): Client {
  const client = new Client(plugin);
  if (client.platform.name !== 'cpu') return client;
  client.dispose();
  return new Client(plugin, { cpu_device_count: 1 });
}

/** @throws {Error} before {@link openDevice}. */
export function device(): Device {
  if (current === undefined) throw new Error('xla: the engine has not been started');
  return current;
}

const memory: ProgramMemory[] = [];

export function programMemory(): readonly ProgramMemory[] {
  return memory;
}

const counted = { programs: 0, fromDisk: 0, seconds: 0 };

export function compilations(): Compilations {
  return { ...counted };
}

/**
 * A StableHLO module as a program of the device.
 *
 * @param name of the step or operation, for the log.
 * @throws {PjrtError} with line and column of what is wrong.
 */
export function compile(text: string, name: string): Executable {
  const { executable, loaded, seconds } = compileAside(text, name);
  const needed = executable.memory();
  if (needed !== undefined) memory.push(needed);
  counted.programs++;
  counted.fromDisk += Number(loaded);
  counted.seconds += seconds;
  return executable;
}

/** The same for a program that is none of the user's: it is not counted. @param further options that win over the device's. */
export function compileAside(
  text: string,
  name: string,
  further: CompilerOptions = {},
): { readonly executable: Executable; readonly loaded: boolean; readonly seconds: number } {
  const { client, key, options } = device();
  const own = { ...options, ...further };
  const started = performance.now();
  const { executable, loaded } = cached(
    text,
    JSON.stringify([key, own]),
    (bytes) => client.load(bytes),
    () => client.compile(text, own),
  );
  const seconds = (performance.now() - started) / 1000;
  logProgram({
    name,
    characters: text.length,
    seconds,
    loaded,
    temporary: executable.memory()?.temporary,
  });
  return { executable, loaded, seconds };
}
