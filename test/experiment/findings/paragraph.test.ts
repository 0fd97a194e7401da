import { describe, expect, it } from 'vitest';
import { bulletList, paragraph } from '../../../lib/experiment/findings/paragraph';
import { asPrettier } from '../../support/prettier';

/** Every break may come at any column: the text grows by one character at its beginning. */
const shifted = (text: string): string[] =>
  Array.from({ length: 60 }, (_, i) => `${'x'.repeat(i + 1)} ${text}`);

const prose =
  'A sentence with a [link of several words](experiments/01/README.md), **strong words here**, a span `kit experiment run --jobs 2` that stays whole, an interval [−0.1, +0.2], 3. as a number and - as a dash, and enough words to need three lines, as here.';

describe('paragraph', () => {
  it('breaks lines where Prettier does', async () => {
    for (const text of shifted(prose)) {
      const wrapped = paragraph(text);
      expect(await asPrettier(wrapped)).toBe(`${wrapped}\n`);
      expect(wrapped.split('\n').length).toBeGreaterThan(2);
    }
  });

  it('keeps every word, and no line longer than 120 characters', () => {
    for (const text of shifted(prose)) {
      const wrapped = paragraph(text);
      expect(wrapped.replaceAll('\n', ' ')).toBe(text);
      for (const line of wrapped.split('\n')) expect([...line].length).toBeLessThanOrEqual(120);
    }
  });
});

describe('bulletList', () => {
  it('is a list as Prettier writes it', async () => {
    for (const text of shifted(prose)) {
      const list = bulletList([text, 'short']);
      expect(await asPrettier(list)).toBe(`${list}\n`);
    }
  });
});
