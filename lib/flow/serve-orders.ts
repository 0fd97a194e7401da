/**
 * A process that {@link startWorkers} forked: it carries orders out, says by message how each ended, and when the process
 * that gives the orders goes or lets go, it stops as after Ctrl-C.
 */
import { errorMessage, InputError, InterruptedError } from '../errors';
import { requestInterrupt } from '../train/interrupt';
import type { StageEnd } from './workers';

export function serveOrders<O>(run: (order: O) => Promise<void>): void {
  // Ctrl-C reaches every process of a terminal; the one that waits passes it on.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    if (!requestInterrupt()) process.exit(130);
  });
  process.on('message', (order: O) => {
    void endOf(() => run(order)).then((end) => {
      if (process.connected) process.send?.(end);
      else process.exit(130);
    });
  });
}

async function endOf(run: () => Promise<void>): Promise<StageEnd> {
  try {
    await run();
    return { error: undefined };
  } catch (error) {
    const kind =
      error instanceof InterruptedError ? 'interrupted' : error instanceof InputError ? 'input' : 'other';
    return {
      error: {
        kind,
        message: kind === 'other' && error instanceof Error ? `${error.stack}` : errorMessage(error),
      },
    };
  }
}
