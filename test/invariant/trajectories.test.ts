import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { departures, metricsOf, readPin, writePin } from './pins';
import { runs } from './runs';

/** On the plain engine all arithmetic is JavaScript's, the same on every machine. */
const tolerance = 1e-6;

beforeAll(() => useEngine('cpu'));

describe('50 steps of every trainer', () => {
  it.each(Object.entries(runs))(
    '%s gives the numbers that are pinned',
    async (name, run) => {
      const rows = await metricsOf(run, 'cpu');
      if (process.env['RLHF_KIT_PIN'] === 'all' || process.env['RLHF_KIT_PIN'] === name)
        writePin(name, run, rows);
      expect(departures(readPin(name), rows, tolerance)).toEqual([]);
    },
    300_000,
  );
});

describe('departures', () => {
  const run = { versions: {}, engine: 'cpu' as const };
  const rows = [
    { step: 1, loss: 2, margin: 0 },
    { step: 2, loss: 1, margin: 0.5 },
  ];
  const pin = { ...run, steps: { loss: [2, 1] }, rows };

  it('sees a number that moved, in the columns and in the whole rows', () => {
    const moved = [rows[0], { step: 2, loss: 1.00001, margin: 0.5 }] as typeof rows;
    const departure = { metric: 'loss', step: 2, pinned: 1, got: 1.00001 };
    expect(departures(pin, moved, tolerance)).toEqual([departure, departure]);
    expect(departures(pin, moved, 1e-4)).toEqual([]);
  });

  it('sees a metric that is new, one that is missing, and a step that is missing', () => {
    const other = [{ step: 1, loss: 2, gap: 0 }] as unknown as typeof rows;
    expect(departures(pin, other, tolerance)).toEqual([
      { metric: 'margin', step: 1, pinned: 0, got: undefined },
      { metric: 'gap', step: 1, pinned: undefined, got: 0 },
      { metric: 'step', step: 2, pinned: 2, got: undefined },
      { metric: 'loss', step: 2, pinned: 1, got: undefined },
      { metric: 'margin', step: 2, pinned: 0.5, got: undefined },
    ]);
  });
});
