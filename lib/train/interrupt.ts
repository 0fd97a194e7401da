/** Ctrl-C: a training loop ends its step, writes a checkpoint and stops; anything else stops at once. */
import { InterruptedError } from '../errors';

let requested = false;
let loops = 0;
const listeners = new Set<() => void>();

/** Called by the command line on SIGINT. @returns false when nothing is running that would stop by itself. */
export function requestInterrupt(): boolean {
  if (loops === 0 || requested) return false;
  requested = true;
  for (const listener of listeners) listener();
  return true;
}

/**
 * Runs a loop that checks {@link interruptRequested} between its steps, or one that waits for other processes.
 *
 * @param atRequest for the latter: called on Ctrl-C.
 */
export async function interruptible<T>(loop: () => Promise<T>, atRequest?: () => void): Promise<T> {
  loops++;
  if (atRequest !== undefined) listeners.add(atRequest);
  try {
    return await loop();
  } finally {
    if (atRequest !== undefined) listeners.delete(atRequest);
    loops--;
    if (loops === 0) requested = false;
  }
}

/** Gives pending signals their turn, then tells whether Ctrl-C was pressed. */
export async function interruptRequested(): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  return requested;
}

export function interrupted(message: string): InterruptedError {
  return new InterruptedError(message);
}
