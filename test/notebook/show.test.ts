import { table } from 'arquero';
import { describe, expect, it } from 'vitest';
import { toDanfo } from '../../lib/notebook/frames';
import { show } from '../../lib/notebook/show';
import { inCell, onStdout } from './cell';

const markup = async (...given: Parameters<typeof show>): Promise<string> => {
  const [shown] = await inCell(() => show(...given));
  return (shown?.data['text/html'] as string).replace(/\s+/g, ' ');
};

describe('show', () => {
  it('sets numbers right, texts left, in the order of the columns, for every kind of frame', async () => {
    const rows = [
      { name: 'a', score: 1.5 },
      { name: 'b', score: -20 },
    ];
    const plain = await markup(rows);
    expect(plain).toMatch(
      /<th style="text-align: left[^>]*>name<\/th>\s*<th style="text-align: right[^>]*>score<\/th>/,
    );
    expect(plain).toMatch(/text-align: right[^>]*>1\.5<\/td>/);
    expect(plain).toMatch(/>−20\.0<\/td>/);
    expect(await markup(toDanfo(rows))).toBe(plain);
    expect(await markup(table({ name: ['a', 'b'], score: [1.5, -20] }))).toBe(plain);
  });

  it('escapes names and values', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const html = await markup([{ [evil]: evil, long: evil.repeat(20) }]);
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  it('folds long texts, cutting no character in half', async () => {
    const html = await markup([{ text: '😀'.repeat(300) }]);
    expect(html).toMatch(/<details>\s*<summary>(😀){140} …<\/summary>/u);
    expect(html).toContain('😀'.repeat(300));
    expect(await markup([{ text: 'short' }])).not.toContain('<details>');
  });

  it('keeps whitespace of texts without adding any', async () => {
    const [shown] = await inCell(() => show([{ text: 'a\n  b' }]));
    expect(shown?.data['text/html']).toContain('<div style="white-space: pre-wrap">a\n  b</div>');
  });

  it('says how many rows there are beyond those shown', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ i: i }));
    const html = await markup(rows);
    expect(html.match(/<tr>/g)).toHaveLength(21);
    expect(html).toContain('the first 20 of 30 rows; show(frame, { rows: 30 }) shows all');
    expect(await markup(rows, { rows: 30 })).not.toContain('the first');
    expect(await markup([])).toContain('no rows');
  });

  it('is a text table outside of a notebook', async () => {
    const text = await onStdout(() =>
      show([{ name: 'a', n: 5 }, { name: 'long name', n: 10 }, { n: 1 }], { rows: 2 }),
    );
    expect(text).toBe(
      'name        n\na           5\nlong name  10\n(the first 2 of 3 rows; show(frame, { rows: 3 }) shows all)\n',
    );
  });
});
