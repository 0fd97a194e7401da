import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { markdownTable } from '../lib/markdown-table';

describe('markdownTable', () => {
  it('aligns columns', () => {
    expect(
      markdownTable(
        [{ head: 'cell' }, { head: 'value', align: 'right' }],
        [
          ['none', '−0.5'],
          ['a longer one', '12'],
        ],
      ),
    ).toBe(
      [
        '| cell         | value |',
        '| ------------ | ----: |',
        '| none         |  −0.5 |',
        '| a longer one |    12 |',
      ].join('\n'),
    );
  });

  it.each([
    ['short heads', [['a', 'b']]],
    ['a bar', [['x | y', '1']]],
    ['an escaped bar', [['x \\| y', '1']]],
    ['line breaks', [['first\n second', '1']]],
    [
      'wide characters',
      [
        ['奖励 モデル 보상', '1'],
        ['🙂 face', '22'],
        ['🫠 a face of Unicode 14', '3'],
      ],
    ],
    ['signs', [['√KL ± 0.5 · “quoted” – … ≤', '< 0.001']]],
    ['nothing', [['', '']]],
    ['no rows', []],
    ['very long lines', [['word '.repeat(60), '1']]],
  ])('is what Prettier would write, with %s', async (_, rows) => {
    const table = `${markdownTable([{ head: 'a' }, { head: 'b', align: 'right' }], rows)}\n`;
    expect(await format(table, { parser: 'markdown', printWidth: 110 })).toBe(table);
  });
});
