import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arena } from '../../../lib/preferences/readers/arena';
import { fineGrained } from '../../../lib/preferences/readers/fine-grained';
import { mtBench } from '../../../lib/preferences/readers/mt-bench';
import { pandalm } from '../../../lib/preferences/readers/pandalm';
import { votes } from '../../../lib/preferences/readers/votes';

describe('votes', () => {
  const vote = {
    promptId: 'p1',
    task: 'list',
    prompt: [{ role: 'user', content: 'Hi' }],
    a: { responseId: '1', text: 'x' },
    b: { responseId: '2', text: 'y' },
    winner: 'tie',
    annotator: 'ann',
  };

  it('reads back what the kit writes', () => {
    expect(votes.parser('')(vote)).toEqual([vote]);
    const asked = { ...vote, verdicts: { helpful: 'a', harmless: 'tie' } };
    expect(votes.parser('')(asked)).toEqual([asked]);
  });

  it('reads back the turns that lead to each answer', () => {
    const context = [
      { role: 'assistant', content: 'Yes?' },
      { role: 'user', content: 'Name a bird.' },
    ];
    const longer = { ...vote, a: { ...vote.a, context } };
    expect(votes.parser('')(longer)).toEqual([longer]);
    const cut = { ...vote, a: { ...vote.a, context: context.slice(1) } };
    expect(() => votes.parser('')(cut)).toThrow(/begin with the assistant's turn after the prompt, got user/);
  });

  it('takes two answers of one source that differ', () => {
    const sampled = { ...vote, b: { responseId: '1', text: 'y' } };
    expect(votes.parser('')(sampled)).toEqual([sampled]);
  });

  it.each([
    ['another winner', { ...vote, winner: 'A' }, /'?must be one of a, b, tie, got "A"/],
    ['another verdict', { ...vote, verdicts: { helpful: 'chosen' } }, /an object of a, b, tie by criterion/],
    ['one response twice', { ...vote, b: vote.a }, /another response than a/],
    ['an answer without text', { ...vote, b: { responseId: '2' } }, /must be a string, got nothing/],
  ])('refuses %s', (_, row, message) => {
    expect(() => votes.parser('')(row)).toThrow(message);
  });
});

describe('mtBench', () => {
  const context = (model: string) => [
    { role: 'assistant', content: `${model}1` },
    { role: 'user', content: 'q2' },
  ];
  const label = { question_id: 81, model_a: 'x', model_b: 'y', judge: 'j', turn: 2, winner: 'model_b' };
  const expected = {
    promptId: '81/2',
    prompt: [{ role: 'user', content: 'q1' }],
    a: { responseId: 'x', text: 'x2', context: context('x') },
    b: { responseId: 'y', text: 'y2', context: context('y') },
    winner: 'b',
    annotator: 'j',
  };
  const conversation = (model: string) => [
    { role: 'user', content: 'q1' },
    { role: 'assistant', content: `${model}1` },
    { role: 'user', content: 'q2' },
    { role: 'assistant', content: `${model}2` },
  ];

  it('reads turns from lists and from conversations', () => {
    const lists = { ...label, prompt: ['q1', 'q2'], answers_a: ['x1', 'x2'], answers_b: ['y1', 'y2'] };
    const conversations = { ...label, conversation_a: conversation('x'), conversation_b: conversation('y') };
    expect(mtBench.parser('')({ ...lists, category: 'math' })).toEqual([{ ...expected, task: 'math' }]);
    expect(mtBench.parser('')(conversations)).toEqual([expected]);
  });

  it('looks the texts of bare labels up beside the file, and says when they are not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-mt-bench-'));
    const file = join(folder, 'labels.jsonl');
    expect(() => mtBench.parser(file)(label)).toThrow(/has no text: .*question\.jsonl does not exist/);
    mkdirSync(join(folder, 'model_answer'));
    writeFileSync(
      join(folder, 'question.jsonl'),
      '{"question_id":81,"category":"math","turns":["q1","q2"]}\n',
    );
    for (const model of ['x', 'y']) {
      writeFileSync(
        join(folder, 'model_answer', `${model}.jsonl`),
        `{"question_id":81,"choices":[{"turns":["${model}1","${model}2"]}]}\n`,
      );
    }
    expect(mtBench.parser(file)(label)).toEqual([{ ...expected, task: 'math' }]);
    expect(() => mtBench.parser(file)({ ...label, question_id: 9 })).toThrow(/lacks the question/);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['model_a', 'a'],
    ['Model B', 'b'],
    ['tie', 'tie'],
    ['Tie', 'tie'],
    ['tie (bothbad)', 'tie'],
    ['both_bad', 'tie'],
    ['bothbad', 'tie'],
    ['both bad', 'tie'],
    ['Tie (Both Bad)', 'tie'],
    ['both_good', 'tie'],
  ])('reads the verdict %j', (winner, expected) => {
    const row = { ...label, prompt: ['q1', 'q2'], answers_a: ['x1', 'x2'], answers_b: ['y1', 'y2'], winner };
    expect(mtBench.parser('')(row)[0]?.winner).toBe(expected);
    expect(() => mtBench.parser('')({ ...row, winner: 'maybe' })).toThrow(/both bad, got "maybe"/);
  });

  it('takes an inconsistent judgment for a tie and refuses turns without texts', () => {
    const row = { ...label, prompt: ['q1', 'q2'], answers_a: ['x1', 'x2'], answers_b: ['y1', 'y2'] };
    expect(mtBench.parser('')({ ...row, winner: 'tie (inconsistent)' })[0]?.winner).toBe('tie');
    expect(() => mtBench.parser('')({ ...row, turn: 3 })).toThrow(/is 3, and the texts have fewer turns/);
  });
});

describe('arena', () => {
  const parse = arena.parser('');
  const row = { ...arena.example, prompt: 'q1', response_a: 'x', response_b: '["y] is not JSON' };
  const won = (a: unknown, b: unknown, tie: unknown) => ({
    winner_model_a: a,
    winner_model_b: b,
    winner_tie: tie,
  });

  it('reads texts, lists and lists written as JSON; the side of each model has its own turns', () => {
    expect(parse(row)[0]).toMatchObject({
      prompt: [{ role: 'user', content: 'q1' }],
      a: { responseId: 'model-one', text: 'x' },
      b: { responseId: 'model-two', text: '["y] is not JSON' },
      annotator: '65089',
    });
    const lists = { prompt: ['q1', 'q2'], response_a: ['x1', 'x2'], response_b: ['y1', 'y2'] };
    const written = Object.fromEntries(
      Object.entries(lists).map(([key, turns]) => [key, JSON.stringify(turns)]),
    );
    expect(parse({ ...row, ...lists })[0]).toMatchObject({
      prompt: [{ content: 'q1' }],
      a: { text: 'x2', context: [{ content: 'x1' }, { role: 'user', content: 'q2' }] },
      b: { text: 'y2', context: [{ content: 'y1' }, { role: 'user', content: 'q2' }] },
    });
    expect(parse({ ...row, ...written })).toEqual(parse({ ...row, ...lists }));
  });

  it.each([
    [won(1, 0, 0), 'a'],
    [won(0, 1, 0), 'b'],
    [won(false, false, true), 'tie'],
  ])('reads the verdict of %j', (columns, winner) => {
    expect(parse({ ...row, ...columns })[0]?.winner).toBe(winner);
  });

  it.each([
    ['no winner', won(0, 0, 0), /got \[0,0,0\]/],
    ['two winners', won(1, 1, 0), /got \[1,1,0\]/],
    ['shares', won(0.7, 0.2, 0.1), /got \[0.7,0.2,0.1\]/],
    [
      'a missing turn',
      { prompt: ['q1', 'q2'] },
      /as many turns as the responses, one or more, got 2, 1 and 1/,
    ],
    ['a turn without text', { response_a: '["x", null]' }, /must be a list of strings/],
  ])('refuses %s', (_, given, message) => {
    expect(() => parse({ ...row, ...given })).toThrow(message);
  });

  it('reads a verdict in words', () => {
    const words = { id: 1, prompt: 'q', response_a: 'x', response_b: 'y', winner: 'model_b' };
    expect(parse(words)[0]?.winner).toBe('b');
    expect(parse({ ...words, winner: 'tie (bothbad)' })[0]?.winner).toBe('tie');
  });
});

describe('pandalm', () => {
  const row = {
    cmp_key: 'm_n',
    instruction: 'Judge.',
    input: 'Snow is white.',
    response1: true,
    response2: 'True.',
    annotator1: 0,
    annotator2: 1,
    annotator3: 2,
  };

  it('takes two answers of one model', () => {
    expect(pandalm.parser('')({ ...row, cmp_key: 'm_m' })).toHaveLength(3);
  });

  it('makes a vote of each annotator and a text of a boolean', () => {
    const votesOfRow = pandalm.parser('')(row);
    expect(votesOfRow.map(({ annotator, winner }) => [annotator, winner])).toEqual([
      ['annotator1', 'tie'],
      ['annotator2', 'a'],
      ['annotator3', 'b'],
    ]);
    expect(votesOfRow[0]).toMatchObject({
      prompt: [{ role: 'user', content: 'Judge.\n\nSnow is white.' }],
      a: { responseId: 'm', text: 'True' },
      b: { responseId: 'n', text: 'True.' },
    });
  });

  it('refuses other verdicts and keys that name no two models', () => {
    expect(() => pandalm.parser('')({ ...row, annotator2: 3 })).toThrow(/must be 0, 1 or 2, got 3/);
    expect(() => pandalm.parser('')({ ...row, cmp_key: 'm' })).toThrow(/must name two models/);
  });
});

describe('fineGrained', () => {
  const row = {
    question: 'When?',
    passages: [['Title', 'Sentence.']],
    'prediction 1': 'a',
    'prediction 2': 'b',
    'prediction 3': 'c',
    'prediction 4': 'd',
    preference: [0, 1, 2, 1, 0, 2],
  };

  it('makes a vote of each of the six pairs, in their order', () => {
    const six = fineGrained.parser('')(row);
    expect(six.map(({ a, b, winner }) => `${a.text}${b.text}:${winner}`)).toEqual([
      'ab:tie',
      'ac:a',
      'ad:b',
      'bc:a',
      'bd:tie',
      'cd:b',
    ]);
    expect(six[0]?.prompt).toEqual([{ role: 'user', content: 'When?\n\nTitle\nSentence.' }]);
  });

  it('refuses verdicts that are not six of 0, 1 and 2', () => {
    expect(() => fineGrained.parser('')({ ...row, preference: [1] })).toThrow(/list of 6/);
    expect(() => fineGrained.parser('')({ ...row, preference: [0, 1, 2, 3, 0, 0] })).toThrow(
      /0, 1 or 2, got 3/,
    );
  });
});
