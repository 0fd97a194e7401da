import { describe, expect, it } from 'vitest';
import { InputError, InterruptedError } from '../../lib/errors';
import type { FlowNode } from '../../lib/flow/flow';
import { schedule, type Progression } from '../../lib/flow/run';
import type { Store } from '../../lib/flow/store';
import { plainFlow } from '../support/plain-flow';

/** a → b, c; b, c → d; a → e. */
function exampleFlow(): FlowNode[] {
  const { flow, add } = plainFlow();
  const a = add('a');
  const [b, c] = [add('b', a), add('c', a)];
  add('d', b, c);
  add('e', a);
  return [...flow.nodes];
}

/** Folders by label, nothing done, unless said otherwise. */
const storeWith = (...done: string[]): Store => ({
  place: { kind: 'run', root: '', engine: 'cpu' },
  folder: ({ label }) => label,
  isDone: ({ label }) => done.includes(label),
  manifest: () => {
    throw new Error('nobody asks');
  },
  run: () => {
    throw new Error('nobody asks');
  },
});

/** Notes what was started and stopped; every stage ends when the test says so. */
function starter() {
  const ends = new Map<string, { resolve(): void; reject(error: Error): void }>();
  const begun: string[] = [];
  const stopped: string[] = [];
  return {
    begun,
    stopped,
    start: ({ label }: FlowNode) => {
      begun.push(label);
      const done = new Promise<void>((resolve, reject) => ends.set(label, { resolve, reject }));
      return { done, stop: () => void stopped.push(label) };
    },
    async end(label: string, error?: Error): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve));
      if (error === undefined) ends.get(label)?.resolve();
      else ends.get(label)?.reject(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('schedule', () => {
  it('runs one after another when only one may run', async () => {
    const at = starter();
    const all = schedule(exampleFlow(), 1, { store: storeWith(), onFailure: 'stop' }, at.start);
    for (const label of ['a', 'b', 'c', 'd', 'e']) {
      await at.end(label);
      expect(at.begun).toContain(label);
    }
    expect(await all).toBe(0);
    expect(at.begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('runs at most as many as it may, and never before what they read', async () => {
    const at = starter();
    const all = schedule(exampleFlow(), 2, { store: storeWith(), onFailure: 'stop' }, at.start);
    await at.end('a');
    expect(at.begun).toEqual(['a', 'b', 'c']);
    await at.end('b');
    // d reads c as well: e, which comes later, goes first.
    expect(at.begun.slice(3)).toEqual(['e']);
    await at.end('c');
    expect(at.begun.slice(4)).toEqual(['d']);
    await at.end('d');
    await at.end('e');
    expect(await all).toBe(0);
  });

  it('runs what is wanted and what that reads from, and nothing that is done', async () => {
    const at = starter();
    const [, , , d] = exampleFlow() as [FlowNode, FlowNode, FlowNode, FlowNode];
    const all = schedule([d], 1, { store: storeWith('a', 'b'), onFailure: 'stop' }, at.start);
    await at.end('c');
    await at.end('d');
    await all;
    expect(at.begun).toEqual(['c', 'd']);
  });

  it('stops the others when one fails, waits for them, and throws what went wrong first', async () => {
    const at = starter();
    let thrown: unknown;
    const all = schedule(exampleFlow(), 2, { store: storeWith(), onFailure: 'stop' }, at.start).catch(
      (error: unknown) => (thrown = error),
    );
    await at.end('a');
    await at.end('b', new InputError('b: the disk is full'));
    expect(at.stopped).toEqual(['c']);
    expect(thrown).toBeUndefined();
    await at.end('c', new InterruptedError('c: stopped'));
    await all;
    expect(thrown).toMatchObject({ name: 'InputError', message: 'b: the disk is full' });
    expect(at.begun).toHaveLength(3);
  });

  it('leaves out what reads from one that failed, and goes on with the rest', async () => {
    const at = starter();
    const nodes = exampleFlow();
    const told: string[][] = [];
    const onProgress = ({ failure }: Progression): void =>
      void told.push(nodes.flatMap((node) => (failure(node) === undefined ? [] : [node.label])));
    const all = schedule(nodes, 1, { store: storeWith(), onFailure: 'skipDependents', onProgress }, at.start);
    await at.end('a');
    await at.end('b', new Error('b is NaN'));
    await at.end('c');
    await at.end('e');
    expect(await all).toBe(0);
    expect(at.begun).toEqual(['a', 'b', 'c', 'e']);
    expect(told.at(-1)).toEqual(['b', 'd']);
  });

  it('stops on Ctrl-C whatever it does on failures', async () => {
    const at = starter();
    const all = schedule(
      exampleFlow(),
      2,
      { store: storeWith('a'), onFailure: 'skipDependents' },
      at.start,
    ).catch((error: unknown) => error);
    await at.end('b', new InterruptedError('stopped'));
    await at.end('c', new InterruptedError('stopped'));
    expect(await all).toBeInstanceOf(InterruptedError);
    expect(at.begun).toEqual(['b', 'c']);
  });

  it('begins nothing when the time is over, and says how much is left', async () => {
    const at = starter();
    const options = { store: storeWith('a'), onFailure: 'stop', until: Date.now() - 1 } as const;
    expect(await schedule(exampleFlow(), 2, options, at.start)).toBe(4);
    expect(at.begun).toEqual([]);
  });
});
