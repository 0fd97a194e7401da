/** Progress of long work on stderr: a bar with rate and ETA on a terminal, a line every ten seconds elsewhere. In a notebook, in its cell. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** Sets how much is done and what is shown beside it. */
  update(done: number, shown?: Readonly<Record<string, number>>): void;
  stop(): void;
}

/** How often a log file gets a line, in milliseconds. */
const lineInterval = 10_000;

/** Draws a bar somewhere else than on stderr, or leaves it to stderr by returning undefined. */
export type ProgressPlace = (title: string, total: number, unit: string) => Progress | undefined;

let elsewhere: ProgressPlace = () => undefined;

/** Names the place that every later bar is offered first, e.g. the notebook's cell that runs. */
export function offerProgressTo(place: ProgressPlace): void {
  elsewhere = place;
}

/** Starts a bar of `total` units (steps, rows, prompts). `RLHF_KIT_PROGRESS=off` silences it. */
export function startProgress(title: string, total: number, unit = 'step'): Progress {
  if (process.env['RLHF_KIT_PROGRESS'] === 'off' || total === 0) return { update: () => {}, stop: () => {} };
  return (
    elsewhere(title, total, unit) ??
    (process.stderr.isTTY ? terminalBar(title, total, unit) : logLines(title, total, unit))
  );
}

function terminalBar(title: string, total: number, unit: string): Progress {
  const started = performance.now();
  const bar = new SingleBar({
    format: `${title.padEnd(24)} {bar} {value}/{total} {rate} {unit}/s · ETA {eta_formatted} · {shown}`,
    barsize: 24,
    hideCursor: true,
    // The line must not wrap: a wrapped bar can not be drawn over.
    linewrap: false,
    stream: process.stderr,
  });
  bar.start(total, 0, { unit, rate: '–', shown: '' });
  return {
    update: (done, shown = {}) =>
      bar.update(done, { rate: rateOf(done, started), shown: describeShown(shown) }),
    stop: () => bar.stop(),
  };
}

function logLines(title: string, total: number, unit: string): Progress {
  const started = performance.now();
  let lastLine = started;
  let last = { done: 0, shown: {} as Readonly<Record<string, number>> };
  const line = (): void => {
    const elapsed = (performance.now() - started) / 1000;
    const eta = last.done === 0 ? '' : ` · ETA ${Math.ceil((elapsed / last.done) * (total - last.done))} s`;
    process.stderr.write(
      `${title} ${last.done}/${total} ${rateOf(last.done, started)} ${unit}/s${eta} ${describeShown(last.shown)}\n`,
    );
    lastLine = performance.now();
  };
  return {
    update: (done, shown = {}) => {
      last = { done, shown };
      if (performance.now() - lastLine >= lineInterval) line();
    },
    stop: line,
  };
}

/** Units a second so far. */
export function rateOf(done: number, started: number): string {
  return (done / Math.max(1e-3, (performance.now() - started) / 1000)).toPrecision(3);
}

/** `loss 0.278 accuracy 0.91` */
export function describeShown(shown: Readonly<Record<string, number>>): string {
  return Object.entries(shown)
    .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
    .join(' ');
}
