/** Interleaved rounds: every contender runs in every round, so that a slow minute of the machine is everybody's. */
import { extent, median } from 'simple-statistics';
import { startProgress } from '../train/progress';
import type { CaseName } from './cases';
import type { Contender } from './contenders';

export interface CaseResult {
  /** By contender: the median over all runs of all rounds. */
  readonly medianMs: Readonly<Record<string, number>>;
  /** Least and greatest of them. */
  readonly rangeMs: Readonly<Record<string, readonly [number, number]>>;
  /** medianMs of the contender by that of the first, if that has one: above 1 the first is faster. */
  readonly ratio: Readonly<Record<string, number>>;
  /** First round, with compilation: not among the others. */
  readonly firstMs: Readonly<Record<string, number>>;
  /** Contenders that could not run, and why. */
  readonly failures: Readonly<Record<string, string>>;
}

/**
 * @param contenders the first is the one that the others are compared with.
 * A contender that fails is ended at once: what it still computes would slow the others down.
 *
 * @param limit seconds after which no round begins and no answer is waited for: what was measured by then counts.
 */
export async function runCase(
  caseName: CaseName,
  contenders: readonly Contender[],
  rounds: number,
  limit = Infinity,
): Promise<CaseResult> {
  const begun = performance.now();
  const left = (): number => 1000 * limit - (performance.now() - begun);
  const times = new Map<string, number[]>();
  const firstMs: Record<string, number> = {};
  const failures: Record<string, string> = {};
  const fail = (contender: Contender, reason: string): void => {
    failures[contender.name] = reason;
    contender.end();
  };
  const progress = startProgress(`bench ${caseName}`, rounds + 1);
  try {
    for (let round = 0; round <= rounds; round++) {
      // The first is not always the first: whoever follows a busy process finds a warm or a hot machine.
      const order = contenders.map((_, i) => contenders[(i + round) % contenders.length] as Contender);
      for (const contender of order) {
        if (contender.name in failures) continue;
        if (left() <= 0) break;
        const started = performance.now();
        // Who compiles for ever leaves time to the others.
        const answer = await within(round === 0 ? 0.7 * left() : left(), contender.round());
        if (answer === undefined) {
          if (!times.has(contender.name)) fail(contender, 'no answer within the time that was left');
        } else if ('failure' in answer) fail(contender, answer.failure);
        else if (round === 0) firstMs[contender.name] = performance.now() - started;
        else times.set(contender.name, [...(times.get(contender.name) ?? []), ...answer.milliseconds]);
      }
      progress.update(round + 1, {});
    }
  } finally {
    progress.stop();
    for (const contender of contenders) if (!(contender.name in failures)) contender.end();
  }
  const named = <T>(of: (values: readonly number[]) => T): Record<string, T> =>
    Object.fromEntries(Array.from(times, ([name, values]) => [name, of(values)]));
  const medianMs = named(median);
  const [first] = contenders as readonly [Contender];
  const base = medianMs[first.name];
  const ratio = Object.fromEntries(
    Object.entries(medianMs).flatMap(([name, value]) =>
      base === undefined || name === first.name ? [] : [[name, value / base]],
    ),
  );
  const rangeMs = named(extent);
  return { medianMs, rangeMs, ratio, firstMs, failures };
}

/** What a promise gives within so many milliseconds. */
async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T | undefined> {
  if (milliseconds === Infinity) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
