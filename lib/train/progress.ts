/** Progress of long work on stderr: a bar with rate and ETA on a terminal, a line every ten seconds elsewhere. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** Sets how much is done and what is shown beside it. */
  update(done: number, shown?: Readonly<Record<string, number>>): void;
  stop(): void;
}

/** How often a log file gets a line, in milliseconds. */
const lineInterval = 10_000;

/** Starts a bar of `total` units (steps, rows, prompts). `RLHF_KIT_PROGRESS=off` silences it. */
export function startProgress(title: string, total: number, unit = 'step'): Progress {
  if (process.env['RLHF_KIT_PROGRESS'] === 'off' || total === 0) return { update: () => {}, stop: () => {} };
  return process.stderr.isTTY ? terminalBar(title, total, unit) : logLines(title, total, unit);
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
    update: (done, shown = {}) => bar.update(done, { rate: rateOf(done, started), shown: describe(shown) }),
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
      `${title} ${last.done}/${total} ${rateOf(last.done, started)} ${unit}/s${eta} ${describe(last.shown)}\n`,
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

function rateOf(done: number, started: number): string {
  return (done / Math.max(1e-3, (performance.now() - started) / 1000)).toPrecision(3);
}

function describe(shown: Readonly<Record<string, number>>): string {
  return Object.entries(shown)
    .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
    .join(' ');
}
