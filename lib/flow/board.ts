/** What a person sees while the stages of a flow run: a line when one ends, and rows for those that run and for the whole. */
import { durationText } from '../number-text';
import { rowOf, type ProgressState } from '../train/progress';
import type { Row, Screen } from '../train/screen';
import type { FlowNode } from './flow';
import type { FlowWatch } from './run';
import { secondsLeft } from './time-left';

export interface Board extends FlowWatch {
  close(): void;
}

export interface BoardOptions {
  readonly nodes: readonly FlowNode[];
  /** Those that had ended before. */
  readonly done: readonly FlowNode[];
  /** Stages that may run at a time. */
  readonly jobs: number;
  /** Seconds that a stage takes elsewhere, where that is known: see {@link secondsLeft}. */
  readonly expected: (label: string) => number | undefined;
  /** Seconds since some moment. */
  readonly now?: () => number;
}

/** A stage that has begun. */
interface Begun {
  readonly began: number;
  readonly row: Row;
  state: ProgressState | undefined;
  /** Seconds that it took. */
  took: number | undefined;
}

/** `RLHF_KIT_PROGRESS=off` leaves only the lines of stages that have ended. */
export function openBoard(screen: Screen, options: BoardOptions): Board {
  const { nodes, done, jobs, expected, now = () => performance.now() / 1000 } = options;
  const begun = new Map<FlowNode, Begun>();
  let ended = done.length;
  const whole = screen.isTerminal ? screen.row() : undefined;

  const timeLeft = (): string => {
    const times = nodes.map((node) => {
      const { began, state, took } = begun.get(node) ?? {};
      return {
        label: node.label,
        upstream: node.upstream.map(({ label }) => label),
        expected: expected(node.label),
        spent: took ?? (began === undefined ? undefined : now() - began),
        ended: done.includes(node) || took !== undefined,
        // The bar of a part tells nothing of the whole stage.
        left: took === undefined && state?.title === node.label ? state.secondsLeft : undefined,
      };
    });
    const left = secondsLeft(times, jobs);
    return left === undefined || ended === nodes.length ? '' : `${roughly(left)} left`;
  };
  const draw = (): void => {
    if (process.env['RLHF_KIT_PROGRESS'] === 'off') return;
    whole?.show({ title: `${ended}/${nodes.length} stages done`, text: timeLeft() });
    for (const [{ label }, { row, state, began, took }] of begun) {
      if (took !== undefined) continue;
      row.show(state === undefined ? { title: label, text: durationText(now() - began) } : rowOf(state));
    }
  };
  const timer = setInterval(draw, 1000).unref();

  return {
    onStart(node) {
      begun.set(node, { began: now(), row: screen.row(), state: undefined, took: undefined });
      draw();
    },
    stage(node) {
      const set = (state: ProgressState | undefined): void => {
        const stage = begun.get(node);
        if (stage !== undefined) stage.state = state;
        draw();
      };
      return {
        line: (line) => screen.print(`[${node.label}] ${line}`),
        place: () => ({ show: set, end: () => set(undefined) }),
      };
    },
    onEnd(node, succeeded) {
      const stage = begun.get(node);
      if (stage === undefined) return;
      stage.row.remove();
      stage.took = now() - stage.began;
      if (succeeded) ended++;
      draw();
      if (!succeeded) return;
      const left = screen.isTerminal ? '' : timeLeft();
      const line = `${ended}/${nodes.length} ${node.label} ${durationText(stage.took)}`;
      screen.print([line, left].filter(Boolean).join(' · '));
    },
    close() {
      clearInterval(timer);
      for (const { row } of begun.values()) row.remove();
      whole?.remove();
    },
  };
}

/** `about 4 min`, `about 40 s` */
function roughly(seconds: number): string {
  if (seconds >= 90) return `about ${durationText(60 * Math.round(seconds / 60))}`;
  return `about ${durationText(Math.max(10, 10 * Math.round(seconds / 10)))}`;
}
