/**
 * A process that {@link startWorkers} forked: it carries orders out, says by message how far each is and how it ended, and when the
 * process that gives the orders goes or lets go, it stops as after Ctrl-C.
 */
import { errorMessage, InputError, InterruptedError } from '../errors';
import { requestInterrupt } from '../train/interrupt';
import { offerProgressTo, type ProgressState } from '../train/progress';
import type { StageEnd, WorkerMessage } from './workers';

export function serveOrders<O>(run: (order: O) => Promise<void>): void {
  // Ctrl-C reaches every process of a terminal; the one that waits passes it on.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    if (!requestInterrupt()) process.exit(130);
  });
  offerProgressTo(tellProgress());
  process.on('message', (order: O) => {
    void endOf(() => run(order)).then((end) => {
      if (process.connected) send({ end });
      else process.exit(130);
    });
  });
}

function send(message: WorkerMessage): void {
  // The other may have let go a moment ago, before this process was told: then nobody needs the message, and it is no error.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}

function tellProgress() {
  let bars = 0;
  return () => {
    const bar = bars++;
    const tell =
      (ended: boolean) =>
      (state: ProgressState): void =>
        send({ progress: { bar, state, ended } });
    return { show: tell(false), end: tell(true) };
  };
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
