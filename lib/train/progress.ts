/**
 * Progress of long work: a bar on a terminal, a line every ten seconds elsewhere. In a notebook it is in the cell; that of a process that
 * works for another one is shown by the other.
 */
import { compilations, watchCompiling } from '../backend';
import { durationText } from '../number-text';
import { createPace, type Clock } from './pace';
import { screen, type RowContent, type Screen } from './screen';

export interface Progress {
  /** Sets how much is done and what is shown beside it. */
  update(done: number, shown?: Readonly<Record<string, number>>): void;
  stop(): void;
}

/** What is shown of some work; plain JSON. */
export interface ProgressState {
  /** Its stage, or a part of it: `ppo`, `ppo: reference`. */
  readonly title: string;
  /** 0 where nothing is counted. */
  readonly total: number;
  readonly unit: string;
  readonly done: number;
  readonly shown: Readonly<Record<string, number>>;
  /** Units a second, once that is known. */
  readonly rate?: number | undefined;
  readonly secondsLeft?: number | undefined;
  /** Since it began. */
  readonly seconds: number;
  readonly compiling: boolean;
}

/** Where the progress of some work is shown. */
export interface Drawing {
  show(state: ProgressState): void;
  end(state: ProgressState): void;
}

/** Shows progress somewhere else than on stderr, or leaves it to others by returning undefined. */
export type ProgressPlace = (state: ProgressState) => Drawing | undefined;

const places: ProgressPlace[] = [];

/**
 * Names a place that all progress is offered from now on, after those that were named before it; stderr comes last.
 *
 * @returns ends it.
 */
export function offerProgressTo(place: ProgressPlace): () => void {
  places.push(place);
  return () => void places.splice(places.indexOf(place), 1);
}

const silent: Progress = { update: () => {}, stop: () => {} };

/** Milliseconds between two states that are shown: more would only keep the process busy. */
const interval = 100;

const clock: Clock = {
  now: () => performance.now() / 1000,
  compiled: () => compilations()?.seconds ?? 0,
};

/** The stage that runs in this process, where it runs as one. */
let stage: { readonly label: string; bars: number; compiling: Progress | undefined } | undefined;

/**
 * Runs a stage: its bars have its label, and the time in which it compiles without a bar is shown too.
 *
 * @param label takes the place of the stage's own name.
 */
export async function withinStage<T>(label: string, run: () => Promise<T>): Promise<T> {
  const [before, now] = [stage, { label, bars: 0, compiling: undefined as Progress | undefined }];
  stage = now;
  const unwatch = watchCompiling(() => {
    if (stage === now && now.bars === 0) now.compiling ??= showProgress({ title: label, total: 0, unit: '' });
  });
  try {
    return await run();
  } finally {
    now.compiling?.stop();
    unwatch();
    stage = before;
  }
}

/** Starts a bar of `total` units (steps, rows, prompts). `RLHF_KIT_PROGRESS=off` silences it. */
export function startProgress(title: string, total: number, unit = 'step'): Progress {
  if (total === 0) return silent;
  const of = stage;
  of?.compiling?.stop();
  if (of !== undefined) Object.assign(of, { bars: of.bars + 1, compiling: undefined });
  const progress = showProgress({
    title: of === undefined ? title : title.replace(/^[^:]*/, () => of.label),
    total,
    unit,
  });
  return {
    update: progress.update,
    stop() {
      if (of !== undefined) of.bars--;
      progress.stop();
    },
  };
}

function showProgress(work: Pick<ProgressState, 'title' | 'total' | 'unit'>): Progress {
  if (process.env['RLHF_KIT_PROGRESS'] === 'off') return silent;
  const pace = createPace(work.total, clock);
  const started = clock.now();
  // Only an engine that compiles is ever waited for without a bar.
  let compiling = work.total === 0;
  let [done, shown]: [number, Readonly<Record<string, number>>] = [0, {}];
  let drawn = -Infinity;
  const state = (): ProgressState => ({
    ...work,
    done,
    shown,
    rate: pace.rate,
    secondsLeft: pace.secondsLeft,
    seconds: clock.now() - started,
    compiling,
  });
  const drawing = placeOf(state());
  const show = (): void => drawing.show(state());
  show();
  const unwatch = watchCompiling(() => {
    if (compiling) return;
    compiling = true;
    show();
  });
  return {
    update(nowDone, nowShown = {}) {
      [done, shown] = [nowDone, nowShown];
      pace.reach(done);
      const compiled = compiling;
      compiling = false;
      if (!compiled && performance.now() - drawn < interval) return;
      drawn = performance.now();
      show();
    },
    stop() {
      unwatch();
      compiling = false;
      drawing.end(state());
    },
  };
}

function placeOf(state: ProgressState): Drawing {
  for (const place of places) {
    const drawing = place(state);
    if (drawing !== undefined) return drawing;
  }
  return drawOn(screen());
}

/** Shows progress in a row of a screen; a line tells its end. */
export function drawOn(where: Screen): Drawing {
  const row = where.row();
  return {
    show: (state) => row.show(rowOf(state)),
    end(state) {
      row.remove();
      const { title, total, done, unit, seconds, shown } = state;
      if (total === 0) return;
      const parts = [`${done}/${total} ${unit}s in ${durationText(seconds)}`, describeShown(shown)];
      where.print(`${title} ${parts.filter(Boolean).join(' · ')}`);
    },
  };
}

/** What a row shows of it. */
export function rowOf(state: ProgressState): RowContent {
  const { title, total, done, compiling } = state;
  return {
    title,
    share: total === 0 ? undefined : done / total,
    text: total === 0 ? remark(state) : [`${done}/${total}`, remark(state)].filter(Boolean).join(' · '),
    atOnce: compiling,
  };
}

/** `177 response/s · 1 min 40 s left · loss 0.278` */
export function remark({ unit, rate, secondsLeft, shown, compiling }: ProgressState): string {
  if (compiling) return 'compiling (first time; kept for later)';
  return [
    rate === undefined ? '' : `${numberText(rate)} ${unit}/s`,
    secondsLeft === undefined ? '' : `${durationText(secondsLeft)} left`,
    describeShown(shown),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `loss 0.278 accuracy 0.91` */
export function describeShown(shown: Readonly<Record<string, number>>): string {
  return Object.entries(shown)
    .map(([name, value]) => `${name} ${numberText(value)}`)
    .join(' ');
}

/** Three digits; of larger numbers and of whole ones, all that they have before the point. */
function numberText(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
