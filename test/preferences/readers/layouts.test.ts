import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rewriteMarked } from '../../../lib/experiment/findings/markers';
import { readText } from '../../../lib/files';
import { argilla } from '../../../lib/preferences/readers/argilla';
import { argillaFlat } from '../../../lib/preferences/readers/argilla-flat';
import { describeBadRow, RowError, type BadRow } from '../../../lib/preferences/readers/bad-row';
import { ownDemonstrations } from '../../../lib/preferences/readers/demonstrations';
import type { Layout, Row } from '../../../lib/preferences/readers/layout';
import { labelStudio } from '../../../lib/preferences/readers/label-studio';
import { layoutMarkers, layoutReference } from '../../../lib/preferences/readers/layout-reference';
import { oasstDemonstrations, oasstVotes } from '../../../lib/preferences/readers/oasst';
import {
  layouts,
  readComparisons,
  readDemonstrations,
  readPairs,
  readPrompts,
} from '../../../lib/preferences/readers/open';
import { sharegpt, sharegptPairs } from '../../../lib/preferences/readers/sharegpt';
import { shp } from '../../../lib/preferences/readers/shp';
import { ultrafeedback, ultrafeedbackPairs } from '../../../lib/preferences/readers/ultrafeedback';
import type { Prompt } from '../../../lib/types';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-layouts-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const readers = {
  votes: readComparisons,
  pairs: readPairs,
  demonstrations: readDemonstrations,
  prompts: readPrompts,
} as const;
const all = Object.entries(layouts).flatMap(([kind, known]) =>
  known.map((layout) => [kind as keyof typeof readers, layout.name, layout] as const),
);

const rowsOf = ({ example, furtherExamples = [] }: Layout<object>): Row[] => [example, ...furtherExamples];

function recordsOf(layout: Layout<object>, file: string): readonly object[] {
  const parse = layout.parser(file);
  return [...rowsOf(layout).flatMap(parse), ...(parse.rest?.() ?? [])];
}

describe('every layout', () => {
  it.each(all)(
    'of %s, %s, is recognised from its example and read whole, by its name too',
    async (kind, name, layout) => {
      const file = join(folder, 'rows.jsonl');
      writeFileSync(
        file,
        rowsOf(layout)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      );
      const recognised = await readers[kind](file);
      expect(recognised.length).toBeGreaterThan(0);
      expect(recognised).toEqual(await readers[kind](file, { format: name }));
      expect(recognised).toEqual(recordsOf(layout, file));
    },
  );

  it.each(all)('of %s, %s, refuses a column that it does not know', async (kind, _, layout) => {
    const file = join(folder, 'rows.jsonl');
    writeFileSync(file, JSON.stringify({ ...layout.example, xyzzy: 'odd' }));
    await expect(readers[kind](file)).rejects.toThrow(/no use for column 'xyzzy'/);
  });

  it.each(all)('of %s, %s, is read from a table of text', async (kind, name, layout) => {
    const file = join(folder, 'rows.csv');
    const cell = (value: unknown): string => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `"${text.replaceAll('"', '""')}"`;
    };
    const rows = rowsOf(layout);
    const columns = [...new Set(rows.flatMap(Object.keys))];
    const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
    writeFileSync(file, lines.map((values) => `${values.map(cell).join()}\n`).join(''));
    expect(await readers[kind](file, { format: name })).toEqual(recordsOf(layout, file));
  });

  it('has its row in docs/layouts.md (npm run build && npm run docs makes it current)', () => {
    const page = readText(join(__dirname, '..', '..', '..', 'docs', 'layouts.md'));
    expect(rewriteMarked(page, layoutMarkers, layoutReference(layouts))).toBe(page);
  });
});

describe('sharegpt', () => {
  const human = { from: 'human', value: 'q' };
  const gpt = { from: 'gpt', value: 'a' };

  it('reads conversations, with the system text beside them, and pairs', () => {
    expect(sharegpt.parser('')({ system: 's', conversations: [human, gpt, human, gpt] })[0]).toMatchObject({
      prompt: [{ role: 'system', content: 's' }, { content: 'q' }, { content: 'a' }, { content: 'q' }],
      response: 'a',
    });
    const pair = { conversations: [human], chosen: gpt, rejected: { from: 'gpt', value: 'b' } };
    expect(sharegptPairs.parser('')(pair)[0]).toMatchObject({ chosen: 'a', rejected: 'b' });
  });

  it('refuses tools as speakers and conversations that end with the wrong one', () => {
    const parse = sharegpt.parser('');
    expect(() => parse({ conversations: [human, { from: 'observation', value: '3' }] })).toThrow(/turns of/);
    expect(() => parse({ conversations: [human] })).toThrow(/must end with gpt's turn, got user/);
    expect(() =>
      sharegptPairs.parser('')({ conversations: [human, gpt], chosen: gpt, rejected: gpt }),
    ).toThrow(/user's turn/);
  });
});

describe('ultrafeedback', () => {
  const completion = (model: string, overall_score: unknown) => ({
    model,
    response: `by ${model}`,
    overall_score,
  });

  it('makes a vote of every two completions', () => {
    const row = {
      instruction: 'i',
      completions: [completion('x', 4), completion('y', 7), completion('z', 4)],
    };
    expect(
      ultrafeedback
        .parser('')(row)
        .map(({ a, b, winner }) => `${a.responseId}${b.responseId}${winner}`),
    ).toEqual(['xyb', 'xztie', 'yza']);
    expect(() =>
      ultrafeedback.parser('')({
        instruction: 'i',
        completions: [completion('x', 'high'), completion('y', 1)],
      }),
    ).toThrow(/'?must be a number, got "high"/);
  });

  it('holds the labels of pairs against their scores', () => {
    const parse = ultrafeedbackPairs.parser('');
    const row = { ...ultrafeedbackPairs.example };
    expect(parse(row)[0]).toMatchObject({ chosen: 'Mars.', rejected: 'The Moon.' });
    expect(() => parse({ ...row, score_chosen: 3 })).toThrow(/is the score of rejected too: 3 and 3/);
    expect(() => parse({ ...row, score_chosen: 1 })).toThrow(/is below the score of rejected: 1 and 3/);
  });
});

describe('shp', () => {
  const parse = shp.parser('');
  const row = { history: 'h', human_ref_A: 'x', human_ref_B: 'y' };

  it.each([
    [{ labels: 1 }, 'a'],
    [{ labels: 0 }, 'b'],
    [{ score_A: 2, score_B: 9 }, 'b'],
    [{ score_A: 2, score_B: 2 }, 'tie'],
    [{ labels: 1, score_A: 9, score_B: 2 }, 'a'],
  ])('reads %j', (verdict, winner) => {
    expect(parse({ ...row, ...verdict })[0]?.winner).toBe(winner);
  });

  it('refuses labels that the scores contradict, others than 0 and 1, and none at all', () => {
    expect(() => parse({ ...row, labels: 1, score_A: 1, score_B: 2 })).toThrow(
      /says a, and the scores say b/,
    );
    expect(() => parse({ ...row, labels: 2 })).toThrow(/0 or 1, got 2/);
    expect(() => parse(row)).toThrow(/got nothing/);
  });
});

describe('oasst', () => {
  const reply = (id: string, rank: number | null, ...replies: object[]) => ({
    message_id: id,
    role: 'assistant',
    text: `text ${id}`,
    rank,
    replies,
  });
  const asked = { message_id: 'p2', role: 'prompter', text: 'And?', replies: [reply('d', null)] };
  const row = {
    prompt: {
      message_id: 'p1',
      role: 'prompter',
      text: 'Hi',
      lang: 'en',
      replies: [reply('a', 1), reply('b', 0, asked), reply('c', 2), { ...reply('x', 3), deleted: true }],
    },
  };

  it('makes votes of ranked replies, the lower rank winning', () => {
    const votes = oasstVotes.parser('')(row);
    expect(votes.map(({ a, b, winner }) => `${a.responseId}${b.responseId}${winner}`)).toEqual([
      'abb',
      'aca',
      'bca',
    ]);
    expect(votes[0]).toMatchObject({ language: 'en', prompt: [{ role: 'user', content: 'Hi' }] });
  });

  it('makes demonstrations of the best replies to every turn', () => {
    expect(oasstDemonstrations.parser('')(row)).toMatchObject([
      { prompt: [{ content: 'Hi' }], response: 'text b' },
      { prompt: [{ content: 'Hi' }, { content: 'text b' }, { content: 'And?' }], response: 'text d' },
    ]);
  });
});

describe('oasst-messages', () => {
  const write = (...rows: object[]): string => {
    const file = join(folder, 'messages.jsonl');
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return file;
  };
  const message = (id: string, parent: string | null, rank: number | null = null) => ({
    message_id: id,
    parent_id: parent,
    role: id.startsWith('p') ? 'prompter' : 'assistant',
    text: `text ${id}`,
    lang: 'en',
    rank,
    review_count: 3,
    detoxify: { toxicity: 0.1 },
    tree_state: 'ready_for_export',
  });
  const rows = [message('d', 'p2'), message('p1', null), message('a', 'p1', 1), message('b', 'p1', 0)];
  const asked = message('p2', 'b');

  it('become what their trees become, in whatever order they stand', async () => {
    const file = write(...rows, asked, { ...message('x', 'p1', 2), deleted: true });
    const votes = await readComparisons(file);
    expect(votes.map(({ a, b, winner }) => `${a.responseId}${b.responseId}${winner}`)).toEqual(['abb']);
    expect(await readDemonstrations(file)).toMatchObject([
      { prompt: [{ content: 'text p1' }], response: 'text b', language: 'en' },
      { prompt: [{}, { content: 'text b' }, { content: 'text p2' }], response: 'text d' },
    ]);
  });

  it('are refused without their parents, twice, and with another role', async () => {
    await expect(readComparisons(write(...rows))).rejects.toThrow(/of 1 of 4 messages are not there.* is d$/);
    await expect(readComparisons(write(...rows, rows[1] as object))).rejects.toThrow(
      /:5: 'message_id' is the id of an earlier message: p1/,
    );
    const other = { ...asked, role: 'system' };
    await expect(readComparisons(write(...rows, other))).rejects.toThrow(
      /:5: 'role' must be one of prompter/,
    );
  });

  it('whose record the template refuses are set aside', async () => {
    const bad: BadRow[] = [];
    const check = ({ prompt }: { prompt: Prompt }): void => {
      if (prompt.length > 1) throw new RowError('prompt', 'is long');
    };
    const file = write(...rows, asked);
    expect(await readDemonstrations(file, { check, setAside: (row) => bad.push(row) })).toHaveLength(1);
    expect(bad.map(describeBadRow)).toEqual([`${file}: 'prompt' is long`]);
  });
});

describe('demonstrations', () => {
  const row = { promptId: 'p', prompt: 'Say hi.', response: 'Hi', sample: 0, responseTokens: 2 };

  it('are read from samples of the kit, whose cut responses stay known as cut', () => {
    const parse = ownDemonstrations.parser('');
    expect(parse({ ...row, finished: false })).toMatchObject([{ response: 'Hi', finished: false }]);
    expect(parse({ ...row, finished: true })).toEqual(parse(row));
    expect(parse(row)).not.toHaveProperty('0.finished');
  });

  it('whose `finished` is no boolean are refused', () => {
    expect(() => ownDemonstrations.parser('')({ ...row, finished: 'no' })).toThrow(
      'must be true or false, got "no"',
    );
  });
});

describe('exports of annotation tools', () => {
  it('label-studio: a vote of each annotator who selected a side', () => {
    const annotation = (completed_by: unknown, selected: string, was_cancelled = false) => ({
      completed_by,
      was_cancelled,
      result: [{ type: 'pairwise', value: { selected } }],
    });
    const row = {
      data: { prompt: 'p', answer1: 'x', answer2: 'y' },
      annotations: [
        annotation(1, 'right'),
        annotation({ id: 2, email: 'e' }, 'left'),
        annotation(3, 'left', true),
      ],
    };
    expect(
      labelStudio
        .parser('')(row)
        .map(({ annotator, winner }) => [annotator, winner]),
    ).toEqual([
      ['1', 'b'],
      ['2', 'a'],
    ]);
    expect(() => labelStudio.parser('')({ ...row, data: { prompt: 'p', answer1: 'x' } })).toThrow(/two more/);
    expect(() => labelStudio.parser('')({ ...row, annotations: [annotation(1, 'up')] })).toThrow(/got "up"/);
  });

  it('argilla: a vote of each submitted response, by name or by ranks', () => {
    const fields = { instruction: 'p', one: 'x', two: 'y' };
    const row = (...values: unknown[]) => ({
      fields,
      responses: { q: values.map((value, i) => ({ value, user_id: `u${i}` })) },
    });
    const ranks = [
      { value: 'one', rank: 2 },
      { value: 'two', rank: 1 },
    ];
    const winners = argilla
      .parser('')(row('one', 'two', 'tie', ranks))
      .map(({ winner }) => winner);
    expect(winners).toEqual(['a', 'b', 'tie', 'b']);
    const draft = { fields, responses: { q: [{ value: 'one', user_id: 'u', status: 'draft' }] } };
    expect(argilla.parser('')(draft)).toEqual([]);
    expect(() => argilla.parser('')(row(5))).toThrow(/must name one, two or a tie/);
    expect(() => argilla.parser('')({ ...draft, fields: { one: 'x' } })).toThrow(/two answers/);
  });

  it('argilla-flat: the same from columns', () => {
    const row = {
      ...{
        id: '1',
        status: 'completed',
        _server_id: 's',
        prompt: 'p',
        'response-1': 'x',
        'response-2': 'y',
        length: 3,
      },
      'preference.responses': ['response-2', 'response-1', 'response-1'],
      'preference.responses.users': ['u1', 'u2', 'u3'],
      'preference.responses.status': ['submitted', 'discarded', 'submitted'],
      'preference.suggestion': 'response-1',
      'preference.suggestion.score': null,
      'comment.responses': null,
      'comment.responses.users': null,
    };
    const votes = (given: Row) =>
      argillaFlat
        .parser('')(given)
        .map(({ a, b, winner, annotator }) => [a.text, b.text, winner, annotator]);
    expect(argillaFlat.recognises(row)).toBe(true);
    expect(argilla.recognises(row)).toBe(false);
    expect(votes(row)).toEqual([
      ['x', 'y', 'b', 'u1'],
      ['x', 'y', 'a', 'u3'],
    ]);
    // Nobody has answered yet.
    expect(votes({ ...row, 'preference.responses': null })).toEqual([]);
    expect(() => votes({ ...row, 'comment.responses': ['why'] })).toThrow(/must answer one question/);
    expect(() => votes({ ...row, answer: 'z' })).toThrow(/two answers, got .*answer/);
  });

  it('argilla 1: a vote of each annotator, whose values stand by question', () => {
    const given = (user_id: string, status: string, ...values: [string, unknown][]) => ({
      user_id,
      status,
      values: Object.fromEntries(values.map(([question, value]) => [question, { value }])),
    });
    const row = {
      external_id: null,
      fields: { prompt: 'p', 'response-1': 'x', 'response-2': 'y' },
      responses: [
        given('u1', 'submitted', ['preference', 'response-2']),
        given('u2', 'discarded', ['preference', 'response-1']),
        given('u3', 'submitted', [
          'preference',
          [
            { value: 'response-1', rank: 1 },
            { value: 'response-2', rank: 2 },
          ],
        ]),
      ],
    };
    expect(
      argilla
        .parser('')(row)
        .map(({ annotator, winner, b }) => [annotator, winner, b.text]),
    ).toEqual([
      ['u1', 'b', 'y'],
      ['u3', 'a', 'y'],
    ]);
    const two = given('u', 'submitted', ['helpful', 'response-1'], ['harmless', 'response-2']);
    expect(() => argilla.parser('')({ ...row, responses: [two] })).toThrow(
      /must answer one question, got helpful, harmless/,
    );
  });
});
