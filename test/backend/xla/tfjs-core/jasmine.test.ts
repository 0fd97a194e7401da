import { expect, it } from 'vitest';
import { runJasmine } from './jasmine';
import { watchReads } from './reads';

/** Jasmine's own words, by then globals. */
const words = globalThis as unknown as {
  describe: (title: string, tests: () => void) => void;
  it: (title: string, test: () => unknown) => void;
  expect: (actual: unknown) => { toBe(expected: unknown): void };
};

/** An engine whose reads take longer than a test that does not wait for them. */
const slow = {
  read: () => new Promise<Float32Array>((resolve) => setTimeout(() => resolve(Float32Array.of(5)), 20)),
};

it('counts expectations that come after the end of their test', async () => {
  const settled = watchReads(slow);
  const first = async (): Promise<number | undefined> => (await slow.read())[0];
  const outcomes = await runJasmine(
    () => {
      words.describe('late', () => {
        words.it('holds', () => void first().then((value) => words.expect(value).toBe(5)));
        words.it('does not hold', () => void first().then((value) => words.expect(value).toBe(6)));
        words.it('throws', () => {
          void first().then(() => {
            throw new Error('Numbers differ');
          });
        });
        words.it('reads again', () => {
          void first()
            .then(first)
            .then((value) => words.expect(value).toBe(6));
        });
      });
      return Promise.resolve();
    },
    () => false,
    settled,
  );
  expect(outcomes.map(({ title, status }) => [title, status])).toEqual([
    ['late holds', 'passed'],
    ['late does not hold', 'failed'],
    ['late throws', 'failed'],
    ['late reads again', 'failed'],
  ]);
  expect(outcomes[1]?.messages).toEqual(['Expected 5 to be 6.']);
  expect(outcomes[2]?.messages.join()).toContain('Numbers differ');
});
