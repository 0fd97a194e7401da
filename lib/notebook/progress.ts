/** Progress of long work: a bar below the cell that runs, updated in place; outside of a notebook the one of the command line. */
import {
  describeShown,
  offerProgressTo,
  remark,
  startProgress,
  type Drawing,
  type Progress,
  type ProgressState,
} from '../train/progress';
import { barText } from '../train/screen';
import { html } from '../evaluation/report/html';
import { liveDisplay, type MimeBundle, type OutputMetadata } from './cell-output';

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

function cellBar(): Drawing | undefined {
  const display = liveDisplay(progressMetadata);
  if (display === undefined) return undefined;
  return {
    show: (state) => display(picture(state, remark(state))),
    // Kept outputs have no times, which differ from run to run.
    end: (state) => display(picture(state, describeShown(state.shown))),
  };
}

function picture({ title, done, total, unit }: ProgressState, text: string): MimeBundle {
  const counts = total === 0 ? '' : `${done}/${total} ${unit}s`;
  const bar = total === 0 ? '' : barText(done / total, textWidth);
  return {
    'text/plain': [title, bar, counts, text].filter(Boolean).join(' '),
    'text/html': html`<div style="display: flex; gap: 0.75em; align-items: center">
      <span style="min-width: 9em">${title}</span>
      ${total === 0 ? undefined : html`<progress value="${done}" max="${total}" style="width: 14em"></progress>`}
      <span>${counts}</span>
      <span>${text}</span>
    </div>`.markup,
  };
}

offerProgressTo(cellBar);
