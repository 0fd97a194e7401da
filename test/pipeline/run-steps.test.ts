import { describe, expect, it } from 'vitest';
import { InputError, InterruptedError } from '../../lib/errors';
import { runSteps, wallSeconds, type Step } from '../../lib/pipeline/run-steps';

const step = (name: string, ...inputs: string[]): Step => ({
  name,
  module: __filename,
  inputs,
  config: {},
  run: async () => {},
});
const steps = [
  step('a'),
  step('b', 'a/x'),
  step('c', 'a/x', 'a/y'),
  step('d', 'b/x', 'c/x'),
  step('e', 'a/z'),
];

/** Notes what was started and stopped; every step ends when the test says so. */
function starter() {
  const ends = new Map<string, { resolve(): void; reject(error: Error): void }>();
  const begun: string[] = [];
  const stopped: string[] = [];
  return {
    begun,
    stopped,
    start: ({ name }: Step) => {
      begun.push(name);
      const done = new Promise<void>((resolve, reject) => ends.set(name, { resolve, reject }));
      return { done, stop: () => void stopped.push(name) };
    },
    async end(name: string, error?: Error): Promise<void> {
      if (error === undefined) ends.get(name)?.resolve();
      else ends.get(name)?.reject(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('runSteps', () => {
  it('runs one after another when only one may run', async () => {
    const at = starter();
    const all = runSteps(steps, 1, at.start);
    for (const { name } of steps) {
      expect(at.begun.at(-1)).toBe(name);
      await at.end(name);
    }
    await all;
  });

  it('runs at most as many as it may, and never before what they read', async () => {
    const at = starter();
    const all = runSteps(steps, 2, at.start);
    expect(at.begun).toEqual(['a']);
    await at.end('a');
    expect(at.begun.slice(1)).toEqual(['b', 'c']);
    await at.end('b');
    // d reads c as well: e, which comes later, goes first.
    expect(at.begun.slice(3)).toEqual(['e']);
    await at.end('c');
    expect(at.begun.slice(4)).toEqual(['d']);
    await at.end('d');
    await at.end('e');
    await all;
  });

  it('stops the others when one fails, waits for them, and throws what went wrong first', async () => {
    const at = starter();
    let thrown: unknown;
    const all = runSteps(steps, 2, at.start).catch((error: unknown) => (thrown = error));
    await at.end('a');
    await at.end('b', new InputError('b: the disk is full'));
    expect(at.stopped).toEqual(['c']);
    expect(thrown).toBeUndefined();
    await at.end('c', new InterruptedError('c: stopped'));
    await all;
    expect(thrown).toMatchObject({ name: 'InputError', message: 'b: the disk is full' });
    expect(at.begun).toHaveLength(3);
  });
});

describe('wallSeconds', () => {
  const manifest = (start: number, seconds: number) => ({
    complete: true,
    seconds,
    finishedAt: new Date((start + seconds) * 1000).toISOString(),
  });

  it('counts time in which two steps ran once, and time between two sittings not at all', () => {
    expect(wallSeconds([manifest(0, 10), manifest(10, 5)])).toBeCloseTo(15);
    expect(wallSeconds([manifest(12, 8), manifest(0, 10), manifest(5, 10), manifest(6, 2)])).toBeCloseTo(20);
    expect(wallSeconds([manifest(0, 10), manifest(1000, 1)])).toBeCloseTo(11);
  });
});
