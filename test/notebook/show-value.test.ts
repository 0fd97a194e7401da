import { table } from 'arquero';
import { DataFrame } from 'danfojs-node';
import { describe, expect, it, vi } from 'vitest';
import { showValue } from '../../lib/notebook/show-value';
import { inCell } from './cell';

describe('showValue', () => {
  const rows = [
    { name: 'a', score: 1.5 },
    { name: 'b', score: 2.5 },
  ];

  it.each([
    ['a danfo frame', new DataFrame(rows), 'name  score\na      1.50\nb      2.50'],
    ['a danfo series', new DataFrame(rows)['score'], 'score\n 1.50\n 2.50'],
    [
      'an arquero table',
      table({ name: ['a', 'b'], score: [1.5, 2.5] }),
      'name  score\na      1.50\nb      2.50',
    ],
  ])('shows %s as a table', async (_, frame, text) => {
    const [shown, ...more] = await inCell(() => showValue(frame));
    expect(more).toEqual([]);
    expect(shown?.data['text/plain']).toBe(text);
    expect(shown?.data['text/html']).toContain('<table');
  });

  it.each([
    ['rows', rows],
    ['a number', 3],
    ['a text', 'text'],
    ['an object', { numRows: 2 }],
  ])('prints %s', async (_, value) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    expect(await inCell(() => showValue(value))).toEqual([]);
    expect(log.mock.calls).toEqual([[value]]);
    log.mockRestore();
  });
});
