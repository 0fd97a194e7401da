/** PJRT_Event: something that a device will have done. */
import koffi from 'koffi';
import type { Address } from './memory';
import type { Plugin } from './plugin';
import { Struct } from './structs';

/** Waits for an event, blocking this thread, and frees it. @throws {PjrtError} what went wrong on the device. */
export function waitFor(plugin: Plugin, event: Address): void {
  try {
    plugin.call(new Struct('Event_Await', { event }));
  } finally {
    plugin.call(new Struct('Event_Destroy', { event }));
  }
}

/** Whether it has happened, or failed. */
export function hasHappened(plugin: Plugin, event: Address): boolean {
  return plugin.call(new Struct('Event_IsReady', { event })).getBoolean('is_ready');
}

/** Frees an event that nobody waits for. */
export function forget(plugin: Plugin, event: Address): void {
  plugin.call(new Struct('Event_Destroy', { event }));
}

const waiting = new Map<number, (error: Address) => void>();
let lastId = 0;
let keepAlive: NodeJS.Timeout | undefined;
let callback: Address | undefined;

function stopWaiting(id: number): void {
  waiting.delete(id);
  if (waiting.size > 0) return;
  clearInterval(keepAlive);
  keepAlive = undefined;
}

/** The address of a function that plugins call when an event is ready; koffi brings the call to this thread. */
function onReady(): Address {
  callback ??= Number(
    koffi.register(
      (error: number | bigint, id: number | bigint) => {
        const resume = waiting.get(Number(id));
        stopWaiting(Number(id));
        resume?.(Number(error));
      },
      koffi.pointer(koffi.proto('void PjrtOnReady(uint64, uint64)')),
    ),
  );
  return callback;
}

/** Waits for an event while the event loop goes on, and frees it. @throws {PjrtError} what went wrong on the device. */
export async function ready(plugin: Plugin, event: Address): Promise<void> {
  try {
    const error = await new Promise<Address>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      // A callback from another thread does not keep Node from ending.
      keepAlive ??= setInterval(() => {}, 2 ** 30);
      try {
        plugin.call(new Struct('Event_OnReady', { event, callback: onReady(), user_arg: id }));
      } catch (failure) {
        stopWaiting(id);
        reject(failure as Error);
      }
    });
    plugin.check(error);
  } finally {
    plugin.call(new Struct('Event_Destroy', { event }));
  }
}
