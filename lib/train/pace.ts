/** How fast work goes and how long it will go on. */

/** Two clocks, in seconds: all time, and the part of it in which the engine compiled. */
export interface Clock {
  now(): number;
  compiled(): number;
}

export interface Pace {
  /** Says how many units are done now. */
  reach(done: number): void;
  /** Units a second; undefined before the second time that units were done. */
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
}

/**
 * The pace of `total` units: (units since the first that were done) / (time since then without compiling). The first ones do not count:
 * they come with compiling and other preparations, and in a resumed run some were done before.
 */
export function createPace(total: number, clock: Clock): Pace {
  let first: { readonly done: number; readonly time: number } | undefined;
  let rate: number | undefined;
  let reached = 0;
  return {
    reach(done) {
      const time = clock.now() - clock.compiled();
      if (done > 0) first ??= { done, time };
      if (first !== undefined && done > first.done)
        rate = (done - first.done) / Math.max(1e-3, time - first.time);
      reached = done;
    },
    get rate() {
      return rate;
    },
    get secondsLeft() {
      return rate === undefined ? undefined : (total - reached) / rate;
    },
  };
}
