/** Progress of long work: a bar below the cell that runs, updated in place; outside of a notebook the one of the command line. */
import { describeShown, offerProgressTo, rateOf, startProgress, type Progress } from '../train/progress';
import { html } from '../evaluation/report/html';
import { liveDisplay, type MimeBundle, type OutputMetadata } from './cell-output';

/** Milliseconds between two pictures of a bar: more would only keep the browser busy. */
const interval = 100;
const textWidth = 24;

/** Marks outputs that only whoever waits has use for: runs that are kept leave them out. */
const progressMetadata: OutputMetadata = { 'rlhf-kit': 'progress' };

export function isProgress(metadata: OutputMetadata): boolean {
  return metadata['rlhf-kit'] === progressMetadata['rlhf-kit'];
}

/**
 * Starts a bar. Training, sampling and evaluation start theirs by themselves.
 *
 * @param total units of work; with 0 there is no bar.
 *
 * @example
 * ```ts
 * import { progress } from 'rlhf-kit';
 *
 * const bar = progress('reading', 100, 'file');
 * for (let done = 1; done <= 100; done++) bar.update(done);
 * bar.stop();
 * ```
 */
export function progress(title: string, total: number, unit = 'step'): Progress {
  return startProgress(title, total, unit);
}

function cellBar(title: string, total: number, unit: string): Progress | undefined {
  const show = liveDisplay(progressMetadata);
  if (show === undefined) return undefined;
  const started = performance.now();
  let drawn = -Infinity;
  let done = 0;
  let shown: Readonly<Record<string, number>> = {};
  const draw = (remark: string): void => show(picture(title, done, total, unit, remark));
  const whileRunning = (): string => {
    const seconds = (performance.now() - started) / 1000;
    const left = done === 0 ? '' : ` · ${Math.ceil((seconds / done) * (total - done))} s left`;
    return `${rateOf(done, started)} ${unit}/s${left} ${describeShown(shown)}`;
  };
  draw('');
  return {
    update(nowDone, nowShown = {}) {
      [done, shown] = [nowDone, nowShown];
      if (performance.now() - drawn < interval) return;
      drawn = performance.now();
      draw(whileRunning());
    },
    stop: () => draw(describeShown(shown)),
  };
}

function picture(title: string, done: number, total: number, unit: string, remark: string): MimeBundle {
  const full = Math.round((textWidth * Math.min(done, total)) / total);
  const counts = `${done}/${total} ${unit}s`;
  return {
    'text/plain': `${title} ${'█'.repeat(full)}${'░'.repeat(textWidth - full)} ${counts} ${remark}`.trimEnd(),
    'text/html': html`<div style="display: flex; gap: 0.75em; align-items: center">
      <span style="min-width: 9em">${title}</span>
      <progress value="${done}" max="${total}" style="width: 14em"></progress>
      <span>${counts}</span>
      <span>${remark}</span>
    </div>`.markup,
  };
}

offerProgressTo(cellBar);
