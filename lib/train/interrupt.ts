/** Ctrl-C: a training loop ends its step, writes a checkpoint and stops; anything else stops at once. */
import { InterruptedError } from '../errors';

let requested = false;
let loops = 0;

/** Called by the command line on SIGINT. @returns false when nothing is running that would stop by itself. */
export function requestInterrupt(): boolean {
  if (loops === 0 || requested) return false;
  requested = true;
  return true;
}

/** Runs a loop that checks {@link interruptRequested} between its steps. */
export async function interruptible<T>(loop: () => Promise<T>): Promise<T> {
  loops++;
  try {
    return await loop();
  } finally {
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
