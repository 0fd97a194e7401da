import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import type { BadRow } from '../../../lib/preferences/readers/bad-row';
import {
  readComparisons,
  readDemonstrations,
  readPairs,
  readPrompts,
} from '../../../lib/preferences/readers/open';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-open-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(...rows: readonly unknown[]): string {
  const file = join(folder, 'rows.jsonl');
  writeFileSync(file, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
  return file;
}

const good = { prompt: 'p', chosen: 'c', rejected: 'r' };

describe('reading with a layout', () => {
  it('stops at the first bad row with file, line and field', async () => {
    const file = write(good, { ...good, chosen: 3 }, good);
    await expect(readPairs(file)).rejects.toThrow(InputError);
    await expect(readPairs(file)).rejects.toThrow(/rows\.jsonl:2: 'chosen' must be .*got 3/);
  });

  it('sets bad rows aside when asked, lines that are not JSON among them, and reads on', async () => {
    const file = write(good, '{"prompt":', 7, { ...good, rejected: ' ' }, { ...good, prompt: 'q' });
    const bad: BadRow[] = [];
    const seen: number[] = [];
    const pairs = await readPairs(file, {
      setAside: (row) => bad.push(row),
      onProgress: (rows) => seen.push(rows),
    });
    expect(pairs.map(({ prompt }) => prompt)).toEqual(['p', 'q']);
    expect(bad.map(({ line, field }) => [line, field])).toEqual([
      [2, undefined],
      [3, undefined],
      [4, 'rejected'],
    ]);
    expect(bad[2]?.row).toEqual({ ...good, rejected: ' ' });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('recognises the layout though the first row is broken', async () => {
    const file = write({ other: 1 }, good, good);
    await expect(readPairs(file)).rejects.toThrow(/rows\.jsonl:1: 'chosen'/);
  });

  it('lists the layouts when none fits', async () => {
    await expect(readPairs(write({ question: 'q', answer: 'a' }))).rejects.toThrow(
      /no layout of pairs fits its rows \(fields: question, answer\); known: hh-rlhf .* trl /,
    );
  });

  it('refuses an unknown format with the near match, and a file without rows', async () => {
    await expect(readComparisons(write(good), { format: 'mtbench' })).rejects.toThrow(
      /did you mean 'mt-bench'/,
    );
    await expect(readPairs(write(''))).rejects.toThrow(/holds no rows/);
    await expect(readPairs(write(''), { format: 'trl' })).rejects.toThrow(/holds no rows/);
  });

  it('takes a named format at its word', async () => {
    await expect(readPairs(write(good), { format: 'hh-rlhf' })).rejects.toThrow(
      /:1: 'chosen' must begin with/,
    );
  });

  it('keeps ids and tags, and gives equal prompts equal ids where there are none', async () => {
    const [a, b, c] = await readPrompts(
      write(
        { prompt: 'x' },
        { prompt: 'x', task: 'writing' },
        { prompt: 'x', promptId: 'own', language: 'en' },
      ),
    );
    expect(a?.promptId).toBe(b?.promptId);
    expect(b?.task).toBe('writing');
    expect(c).toEqual({ promptId: 'own', language: 'en', prompt: 'x' });
  });

  it('keeps the reference answer and the metadata of a prompt, which scorers read', async () => {
    const row = { promptId: 'sum', prompt: '1 + 1', metadata: { level: 2 } };
    const [text, number, none] = await readPrompts(
      write({ ...row, referenceAnswer: 'two' }, { ...row, referenceAnswer: 2 }, { ...row, metadata: null }),
    );
    expect(text).toEqual({ ...row, referenceAnswer: 'two' });
    expect(number?.referenceAnswer).toBe('2');
    expect(none).toEqual({ promptId: 'sum', prompt: '1 + 1' });
    await expect(readPrompts(write({ ...row, metadata: [2] }))).rejects.toThrow(
      /'metadata' must be an object, got \[2\]/,
    );
    await expect(readPrompts(write({ ...row, referenceAnswer: ['2'] }))).rejects.toThrow(
      /'referenceAnswer' must be a string/,
    );
  });

  it('reads prompts out of rows that hold more', async () => {
    expect((await readPrompts(write(good)))[0]?.prompt).toBe('p');
    await expect(readPrompts(write({ prompt: [{ role: 'assistant', content: 'hi' }] }))).rejects.toThrow(
      /'prompt' must end with the user's turn, got assistant/,
    );
  });
});

describe('the layout of a file', () => {
  const transcript = (end: string): string => `Human: Name a bird.\n\nAssistant: ${end}`;
  const hh = { chosen: `\n\n${transcript('A wren.')}`, rejected: `\n\n${transcript('A rock.')}` };
  const stripped = { chosen: transcript('A wren.'), rejected: transcript('A rock.') };

  it('stays that of transcripts when one of them is stripped', async () => {
    const pairs = await readPairs(write(hh, stripped, hh));
    expect(pairs.map(({ prompt }) => prompt)).toEqual(
      Array.from({ length: 3 }, () => [{ role: 'user', content: 'Name a bird.' }]),
    );
  });

  it('makes bad rows of those that have another one, after the first rows too', async () => {
    const bad: BadRow[] = [];
    const many = Array.from({ length: 30 }, () => good);
    const pairs = await readPairs(write(...many, hh, good), { setAside: (row) => bad.push(row) });
    expect(pairs).toHaveLength(31);
    expect(bad).toMatchObject([{ line: 31, problem: "has the layout 'hh-rlhf', and the file's is 'trl'" }]);
    await expect(readPairs(write(good, good, hh))).rejects.toThrow(/rows\.jsonl:3: .*'hh-rlhf'/);
  });
});

describe('columns', () => {
  it.each([
    ['tools', { ...good, tools: '[{}]' }],
    ['images', { ...good, images: ['a.png'] }],
    ['history', { ...good, history: [['a', 'b']] }],
    ['instruction', { ...good, instruction: 'i' }],
    ['label', { ...good, label: false }],
    ['score_chosen', { ...good, score_chosen: 2 }],
    ['whatever', { ...good, whatever: 0 }],
  ])('that may change what a row means are refused by name: %s', async (column, row) => {
    const file = write(good, row);
    const refusal = new RegExp(`rows\\.jsonl:2: .*no use for column '${column}'.*--ignore-columns ${column}`);
    await expect(readPairs(file)).rejects.toThrow(refusal);
    await expect(readPairs(file, { setAside: () => undefined })).rejects.toThrow(refusal);
    expect(await readPairs(file, { ignoreColumns: [column] })).toHaveLength(2);
  });

  it('that are ids, say where a row is from, or are empty are passed over', async () => {
    const more = {
      id: 1,
      prompt_id: 'x',
      source: 'forum',
      url: 'u',
      metadata: { a: 1 },
      tools: [],
      images: null,
    };
    expect(await readPairs(write({ ...good, ...more, history: [], system: '' }))).toMatchObject([good]);
  });

  it('of questions in pairs are the prompt', async () => {
    const answers = { chosen: 'Robin', rejected: 'Rock' };
    const user = { role: 'user', content: 'Name a bird.' };
    expect(await readPairs(write({ instruction: 'Name a bird.', input: '', ...answers }))).toMatchObject([
      { prompt: [user], ...answers },
    ]);
    expect(
      await readPairs(write({ system: 'Be brief.', question: 'Name a bird.', ...answers })),
    ).toMatchObject([{ prompt: [{ role: 'system', content: 'Be brief.' }, user], ...answers }]);
    expect(await readPairs(write({ instruction: 'Name it.', input: 'It sings.', ...answers }))).toMatchObject(
      [{ prompt: [{ role: 'user', content: 'Name it.\n\nIt sings.' }] }],
    );
  });
});

describe('readDemonstrations', () => {
  const user = { role: 'user', content: 'Hi' };
  const assistant = { role: 'assistant', content: 'Hello.' };

  it.each([
    ["the kit's own rows", { prompt: [user], response: 'Hello.' }],
    ['TRL prompt and completion', { prompt: [user], completion: [assistant] }],
    ['TRL messages', { messages: [user, assistant] }],
  ])('reads %s', async (_, row) => {
    expect((await readDemonstrations(write(row)))[0]).toMatchObject({ prompt: [user], response: 'Hello.' });
  });

  it('imitates only the desirable rows of KTO and says so', async () => {
    const notes: string[] = [];
    const kto = (completion: string, label: unknown) => ({ prompt: 'The dog', completion, label });
    const file = write(kto(' ran.', true), kto(' zzz.', false), kto(' sat.', 1), kto(' xq.', 0));
    const read = await readDemonstrations(file, { onNote: (note) => notes.push(note) });
    expect(read.map(({ response }) => response)).toEqual([' ran.', ' sat.']);
    expect(notes).toEqual([`${file}: 2 of 4 rows left out: labelled undesirable; they are not imitated`]);
    await expect(readDemonstrations(write(kto(' a', 'good')))).rejects.toThrow(
      /'label' must be true or false/,
    );
    await expect(readDemonstrations(write({ prompt: 'p', response: 'r', label: false }))).rejects.toThrow(
      /no use for column 'label'/,
    );
  });

  it('reads alpaca rows with their input, system text and history', async () => {
    const row = {
      instruction: 'Plural?',
      input: 'goose',
      output: 'geese',
      system: 'Be brief.',
      history: [['a', 'b']],
    };
    expect((await readDemonstrations(write(row)))[0]).toMatchObject({
      prompt: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'Plural?\n\ngoose' },
      ],
      response: 'geese',
    });
  });

  it('reads standard prompt and completion', async () => {
    expect((await readDemonstrations(write({ prompt: '1+1=', completion: '2' })))[0]).toMatchObject({
      prompt: '1+1=',
      response: '2',
    });
  });

  it('refuses conversations that do not end with the assistant, unknown roles and empty responses', async () => {
    await expect(readDemonstrations(write({ messages: [user] }))).rejects.toThrow(
      /must end with the assistant/,
    );
    await expect(
      readDemonstrations(write({ messages: [user, { role: 'tool', content: '' }] })),
    ).rejects.toThrow(/message 2 must have a role/);
    await expect(readDemonstrations(write({ prompt: 'p', response: '\n' }))).rejects.toThrow(
      /'response' is empty/,
    );
  });
});
