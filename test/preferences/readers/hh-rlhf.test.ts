import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RowError, type BadRow } from '../../../lib/preferences/readers/bad-row';
import { hhRlhf } from '../../../lib/preferences/readers/hh-rlhf';
import { readPairs } from '../../../lib/preferences/readers/open';

const parse = hhRlhf.parser('');
const context = '\n\nHuman: Hi.\n\nAssistant: Hello.\n\nHuman: Tell\n\nme more.';

describe('hhRlhf', () => {
  it('splits transcripts into messages and the two last replies', () => {
    const [pair] = parse({
      chosen: `${context}\n\nAssistant: Yes.`,
      rejected: `${context}\n\nAssistant: No. `,
    });
    expect(pair).toMatchObject({
      prompt: [
        { role: 'user', content: 'Hi.' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Tell\n\nme more.' },
      ],
      chosen: 'Yes.',
      rejected: 'No.',
    });
  });

  const dialogue = (end: string): string =>
    `\n\nHuman: Name a bird.\n\nAssistant: A big one?\n\nHuman: No.\n\nAssistant: ${end}`;
  const variants: readonly (readonly [string, (text: string) => string])[] = [
    ['as published', (text) => text],
    ['stripped', (text) => text.trim()],
    ['with line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['with a byte order mark', (text) => `\uFEFF${text.trim()}`],
    ['with a closing Human turn', (text) => `${text}\n\nHuman: Thanks, bye!`],
  ];

  it.each(variants)('reads transcripts %s as the same pair', (_, variant) => {
    const row = { chosen: variant(dialogue('A wren.')), rejected: variant(dialogue('A rock.')) };
    expect(hhRlhf.recognises(row)).toBe(true);
    expect(parse(row)).toEqual(parse({ chosen: dialogue('A wren.'), rejected: dialogue('A rock.') }));
    expect(parse(row)[0]).toMatchObject({ chosen: 'A wren.', rejected: 'A rock.' });
  });

  it('reads a System turn as the system message', () => {
    const system = (end: string): string => `\n\nSystem: Be kind.${dialogue(end)}`;
    expect(parse({ chosen: system('A wren.'), rejected: system('A rock.') })[0]?.prompt).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Name a bird.' },
      { role: 'assistant', content: 'A big one?' },
      { role: 'user', content: 'No.' },
    ]);
  });

  it('takes a prompt beside the transcripts for their beginning, and refuses another', () => {
    const row = { chosen: dialogue('A wren.'), rejected: dialogue('A rock.') };
    expect(parse({ ...row, prompt: dialogue('') })).toEqual(parse(row));
    expect(() => parse({ ...row, prompt: '\n\nHuman: Name a fish.' })).toThrow(/not the beginning/);
  });

  it.each([
    ['another context', `${context}\n\nAssistant: a`, '\n\nHuman: Hi!\n\nAssistant: b', /another context/],
    ['the same reply', `${context}\n\nAssistant: a`, `${context}\n\nAssistant: a`, /same text/],
    ['an empty reply', `${context}\n\nAssistant: `, `${context}\n\nAssistant: a`, /is empty/],
    ['no reply', context.slice(0, 12), `${context}\n\nAssistant: a`, /must begin with/],
    [
      'two replies in a row',
      '\n\nHuman: q\n\nAssistant: a\n\nAssistant: b',
      '\n\nHuman: q\n\nAssistant: a\n\nAssistant: c',
      /must have a Human turn/,
    ],
  ])('refuses %s', (_, chosen, rejected, message) => {
    expect(() => parse({ chosen, rejected })).toThrow(RowError);
    expect(() => parse({ chosen, rejected })).toThrow(message);
  });
});

const folder = resolve(process.env['RLHF_KIT_SHARED'] ?? '../shared', 'data/hh-rlhf');

describe.skipIf(!existsSync(folder))('the HH-RLHF test sets (skipped without shared/data/hh-rlhf)', () => {
  it.each([
    // Lines of the file, rows whose contexts differ, rows whose texts are equal, rows with an empty reply, share of longer.
    ['helpful-base.test.jsonl.gz', 2354, 9, 2, 4, 0.6],
    ['harmless-base.test.jsonl.gz', 2312, 5, 0, 4, 0.445],
  ])(
    '%s: bad rows and the share of longer chosen replies',
    async (name, rows, contexts, equal, empty, longer) => {
      const bad: BadRow[] = [];
      const pairs = await readPairs(resolve(folder, name), { setAside: (row) => bad.push(row) });
      const count = (pattern: RegExp): number => bad.filter(({ problem }) => pattern.test(problem)).length;
      expect([count(/another context/), count(/same text/), count(/empty/)]).toEqual([
        contexts,
        equal,
        empty,
      ]);
      expect(pairs.length + bad.length).toBe(rows);
      const unequal = pairs.filter(({ chosen, rejected }) => chosen.length !== rejected.length);
      const share = unequal.filter(({ chosen, rejected }) => chosen.length > rejected.length).length;
      // The published shares count the bad rows too: up to half a point aside.
      expect(Math.abs(share / unequal.length - longer)).toBeLessThan(0.005);
    },
  );
});
