import { beforeAll, describe, expect, it } from 'vitest';
import { nativeEngines, useEngine } from '../../lib/backend';
import { engines } from '../support/engines';
import { departures, metricsOf, readPin } from './pins';
import { runs } from './runs';

/**
 * Relative to the largest number of a metric. Engines add float32 numbers in another order: over 50 steps the numbers part by less than
 * 1e-5 (measured on both). A wrong term in a loss is off by 1e-3 and more.
 */
const tolerance = 1e-4;

/**
 * Steps compared of the algorithms that sample. Every engine draws tokens with the same random numbers. But a number that falls within
 * rounding (1e-6) of the border between two tokens gives one token on this engine and the other on that one, and then the runs have
 * nothing in common any more. 50 steps of all four draw some 5,000 tokens, 20 steps 2,000: one such token in 500 machines.
 */
const sampledSteps = 20;

describe.each(nativeEngines.filter((name) => engines.includes(name)))('on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(Object.entries(runs))(
    '%s follows the trajectory that is pinned',
    async (name, run) => {
      const steps = run.samples ? Math.min(run.steps, sampledSteps) : run.steps;
      const rows = await metricsOf(run, engine, steps);
      expect(rows).toHaveLength(steps);
      expect(departures(readPin(name), rows, tolerance, true)).toEqual([]);
    },
    300_000,
  );
});
