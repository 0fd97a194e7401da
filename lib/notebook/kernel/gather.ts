/**
 * Gathers what a cell prints into few messages. A socket that publishes keeps a thousand of them for a frontend that is slower, and drops
 * the rest: with a message for every write, a cell that prints thousands of lines would lose most of them.
 */
import type { Sink } from './session';

/** How long text waits for more, in milliseconds. */
const interval = 50;
/** Text that does not wait, in characters. */
const enough = 2 ** 16;

export interface Gathered extends Pick<Sink, 'stream'> {
  /** Sends what waits; before anything else is sent. */
  flush(): void;
}

export function gatherStreams(send: Sink['stream']): Gathered {
  let waiting: { readonly name: 'stdout' | 'stderr'; text: string; readonly since: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    if (waiting === undefined) return;
    const { name, text } = waiting;
    waiting = undefined;
    send(name, text);
  };
  return {
    flush,
    stream(name, text) {
      if (waiting !== undefined && waiting.name !== name) flush();
      if (waiting === undefined) {
        waiting = { name, text: '', since: performance.now() };
        timer = setTimeout(flush, interval);
      }
      waiting.text += text;
      // A cell that never waits keeps the timer from coming.
      if (waiting.text.length >= enough || performance.now() - waiting.since >= interval) flush();
    },
  };
}
