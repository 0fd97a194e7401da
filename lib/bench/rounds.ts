/** Interleaved rounds: every contender runs in every round, so that a slow minute of the machine is everybody's. */
import { extent, median } from 'simple-statistics';
import { startProgress } from '../train/progress';
import type { CaseName } from './cases';
import type { Contender, ContenderAnswer } from './contenders';

export interface CaseResult {
  /** By contender: the median over all runs of all rounds. */
  readonly medianMs: Readonly<Record<string, number>>;
  /** Least and greatest of them. */
  readonly rangeMs: Readonly<Record<string, readonly [number, number]>>;
  /** medianMs of the contender by that of the first, if that has one: above 1 the first is faster. */
  readonly ratio: Readonly<Record<string, number>>;
  /** From the start of the case, or of the contender's turn, to the end of its first round, with compilation: not among the others. */
  readonly firstMs: Readonly<Record<string, number>>;
  /** Contenders that could not run, and why. */
  readonly failures: Readonly<Record<string, string>>;
}

export interface RoundsOptions {
  readonly rounds: number;
  /** Seconds after which no round begins and no answer is waited for: what was measured by then counts. */
  readonly limit?: number | undefined;
  /** Whether the first round is everybody's at once: what is compiled meanwhile takes the time of the slowest, not of all. */
  readonly together?: boolean;
}

/**
 * @param contenders the first is the one that the others are compared with.
 * A contender that fails is ended at once: what it still computes would slow the others down.
 */
export async function runCase(
  caseName: CaseName,
  contenders: readonly Contender[],
  { rounds, limit = Infinity, together = false }: RoundsOptions,
): Promise<CaseResult> {
  const begun = performance.now();
  const left = (): number => 1000 * limit - (performance.now() - begun);
  const times = new Map<string, number[]>();
  const firstMs: Record<string, number> = {};
  const failures: Record<string, string> = {};
  const ends: Promise<void>[] = [];
  const fail = (contender: Contender, reason: string): void => {
    failures[contender.name] = reason;
    ends.push(contender.end());
  };
  const take = (
    contender: Contender,
    round: number,
    started: number,
    answer: ContenderAnswer | undefined,
  ): void => {
    if (answer === undefined) {
      if (!times.has(contender.name)) fail(contender, 'no answer within the time that was left');
    } else if ('failure' in answer) fail(contender, answer.failure);
    else if (round === 0) firstMs[contender.name] = performance.now() - started;
    else times.set(contender.name, [...(times.get(contender.name) ?? []), ...answer.milliseconds]);
  };
  const progress = startProgress(`bench ${caseName}`, rounds + 1);
  try {
    if (together) {
      await Promise.all(
        contenders.map(async (contender) =>
          take(contender, 0, begun, await within(0.8 * left(), contender.round())),
        ),
      );
      progress.update(1, {});
    }
    for (let round = Number(together); round <= rounds; round++) {
      // The first is not always the first: whoever follows a busy process finds a warm or a hot machine.
      const order = contenders.map((_, i) => contenders[(i + round) % contenders.length] as Contender);
      for (const contender of order) {
        if (contender.name in failures) continue;
        if (left() <= 0) break;
        const started = performance.now();
        // Who compiles for ever leaves time to the others.
        const answer = await within(round === 0 ? 0.7 * left() : left(), contender.round());
        take(contender, round, started, answer);
      }
      progress.update(round + 1, {});
    }
  } finally {
    progress.stop();
    for (const contender of contenders) if (!(contender.name in failures)) ends.push(contender.end());
    await Promise.all(ends);
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
