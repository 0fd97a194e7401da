/** The device that the engine computes on: one a process, from its first use. */
import { compilerOptions } from './compiler-options';
import { keepFreedMemory } from './pjrt/allocator';
import { Client } from './pjrt/client';
import { PjrtError } from './pjrt/error';
import type { Executable } from './pjrt/executable';
import { loadPlugin, type Plugin } from './pjrt/plugin';

export interface Device {
  readonly plugin: Plugin;
  readonly client: Client;
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
  current = { plugin, client: openClient(plugin) };
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

/** Compiles a StableHLO module for the device. */
export function compile(text: string): Executable {
  return device().client.compile(text, compilerOptions);
}
