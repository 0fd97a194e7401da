/** How long the stages of a flow will go on, from how long they take elsewhere and how fast they are here. */
import { sum } from 'simple-statistics';

export interface StageTime {
  readonly label: string;
  /** Labels of those that it reads from. */
  readonly upstream: readonly string[];
  /** What it takes elsewhere, seconds; only their proportions count. */
  readonly expected: number | undefined;
  /** Seconds that it has run for here, all in all when it has ended; undefined before it begins. */
  readonly spent: number | undefined;
  readonly ended: boolean;
  /** Seconds that it will go on for, as far as it tells. */
  readonly left?: number | undefined;
}

/** What has run, or tells how long it will, must be at least this share of the whole before the rest is judged by it. */
const leastKnown = 0.05;

/**
 * Seconds until the last stage ends, with so many at a time: a stage that has not told takes (its expected time) × f, where f is
 * (time here) / (expected time) over the stages that have ended or tell.
 *
 * @param stages in the order in which they begin when they can.
 * @returns undefined while too little is known.
 */
export function secondsLeft(stages: readonly StageTime[], jobs: number): number | undefined {
  const known = stages.filter(
    ({ ended, spent, left }) => (ended && spent !== undefined) || left !== undefined,
  );
  const here = sum(known.map(({ spent = 0, left = 0 }) => spent + left));
  const elsewhere = sum(known.map(({ expected = 0 }) => expected));
  if (elsewhere === 0 || elsewhere < leastKnown * sum(stages.map(({ expected = 0 }) => expected)))
    return undefined;
  const slowness = here / elsewhere;
  const open = stages.filter(({ ended }) => !ended);
  if (open.some(({ expected, left }) => expected === undefined && left === undefined)) return undefined;
  const remaining = ({ left, expected = 0, spent = 0 }: StageTime): number =>
    left ?? Math.max(0, expected * slowness - spent);

  let now = 0;
  const done = new Set(stages.filter(({ ended }) => ended).map(({ label }) => label));
  const running = new Map(
    open.filter(({ spent }) => spent !== undefined).map((stage) => [stage.label, remaining(stage)]),
  );
  const waiting = new Map(
    open.filter(({ spent }) => spent === undefined).map((stage) => [stage.label, stage]),
  );
  for (;;) {
    for (const [label, stage] of waiting) {
      if (running.size >= jobs) break;
      if (!stage.upstream.every((before) => done.has(before))) continue;
      waiting.delete(label);
      running.set(label, now + remaining(stage));
    }
    const next = [...running].sort(([, one], [, other]) => one - other)[0];
    if (next === undefined) return now;
    now = next[1];
    running.delete(next[0]);
    done.add(next[0]);
  }
}
