/** The device that the engine computes on: one a process, from its first use. */
import type { Compilations } from '../engine';
import { compilerOptions } from './compiler-options';
import { keepFreedMemory } from './pjrt/allocator';
import { Client } from './pjrt/client';
import { PjrtError } from './pjrt/error';
import type { Executable } from './pjrt/executable';
import { loadPlugin, type Plugin } from './pjrt/plugin';
import { cached, machineKey } from './program-cache';

export interface Device {
  readonly plugin: Plugin;
  readonly client: Client;
  readonly isProcessor: boolean;
  /** What a compiled program depends on besides its text. */
  readonly key: string;
}

let current: Device | undefined;

/**
 * @param path of the plugin; after the first call the device stays the same.
 * @throws {BackendUnavailableError} for a plugin that cannot be loaded.
 * @throws {PjrtError} where the plugin finds no device.
 */
export function openDevice(path: string): Device {
  if (current !== undefined) return current;
  keepFreedMemory();
  const plugin = loadPlugin(path);
  const client = openClient(plugin);
  const key = JSON.stringify([machineKey(plugin, client), compilerOptions]);
  current = { plugin, client, isProcessor: client.platform.name === 'cpu', key };
  return current;
}

/** A processor counts as four devices, and so as four pools of threads, unless it is told to be one; other plugins do not know the option. */
function openClient(plugin: Plugin): Client {
  try {
    return new Client(plugin, { cpu_device_count: 1 });
  } catch (error) {
    if (!(error instanceof PjrtError) || error.code !== 'INVALID_ARGUMENT') throw error;
    return new Client(plugin);
  }
}

/** @throws {Error} before {@link openDevice}. */
export function device(): Device {
  if (current === undefined) throw new Error('xla: the engine has not been started');
  return current;
}

const counted = { programs: 0, fromDisk: 0, seconds: 0 };

export function compilations(): Compilations {
  return { ...counted };
}

/** A StableHLO module as a program of the device. @throws {PjrtError} with line and column of what is wrong. */
export function compile(text: string): Executable {
  const { client, key } = device();
  const started = performance.now();
  const { executable, loaded } = cached(
    text,
    key,
    (bytes) => client.load(bytes),
    () => client.compile(text, compilerOptions),
  );
  counted.programs++;
  counted.fromDisk += Number(loaded);
  counted.seconds += (performance.now() - started) / 1000;
  return executable;
}
