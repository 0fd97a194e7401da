import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config';
import { filterPairs, filterVotes } from '../../lib/filter/chain';
import { filterFields } from '../../lib/filter/config';
import { reportMarkdown, type FilterReport } from '../../lib/filter/report';
import { createRng } from '../../lib/random';
import type { Comparison, PreferencePair } from '../../lib/types';
import { vote } from './make-vote';

const config = (given = {}) => parseConfig('filter', filterFields, given);
const sum = (counts: Readonly<Record<string, number>>, ...without: string[]): number =>
  Object.entries(counts).reduce((total, [key, n]) => (without.includes(key) ? total : total + n), 0);

function expectClosedAccount({ account, kept }: FilterReport): void {
  expect(sum(account.votes, 'read')).toBe(account.votes['read']);
  expect(sum(account.items, 'compared')).toBe(account.items['compared']);
  expect(account.items['kept']).toBe(kept);
}

describe('filterVotes', () => {
  const votes: Comparison[] = [
    // A cycle with two voices for x > y.
    vote('x>y', 'm'),
    vote('x>y', 'n'),
    vote('y>z', 'm'),
    vote('z>x', 'm'),
    // Two to one with a tie, said twice.
    vote('v>w', 'm'),
    vote('v>w', 'n'),
    vote('w>v', 'o'),
    vote('v=w', 'q'),
    vote('v>w', 'm'),
    // A tie, a contradiction, a poor prompt.
    vote('v=x', 'm'),
    vote('w>x', 'm'),
    vote('x>w', 'm'),
    { ...vote('x>y', 'm', 'poor'), prompt: '?' },
  ];

  it('gives pairs the label of the votes on every criterion', () => {
    const said = (verdicts: Comparison['verdicts'], annotator: string): Comparison => ({
      ...vote('y>x', annotator),
      ...(verdicts !== undefined && { verdicts }),
    });
    const { pairs } = filterVotes(
      [
        said({ helpful: 'a', harmless: 'b' }, 'm'),
        said({ helpful: 'a', fluent: 'tie' }, 'n'),
        said(undefined, 'o'),
      ],
      config(),
    );
    expect(pairs).toMatchObject([
      { chosenId: 'y', verdicts: { helpful: 'chosen', harmless: 'rejected', fluent: 'tie' } },
    ]);
    expect(filterPairs(pairs, config()).pairs).toEqual(pairs);
  });

  it('labels ties by a coin and leaves cycles in where it is told to, and accounts for all', () => {
    const dropped = filterVotes(votes, config()).report;
    const { pairs, report } = filterVotes(votes, config({ ties: 'coin', cycles: 'keep' }));
    expect(dropped.tieItems).toBeGreaterThan(0);
    expect(report).toMatchObject({ ties: dropped.ties, cyclic: 0, kept: dropped.items });
    expect(pairs).toHaveLength(dropped.items);
    expect(report.account.items).toMatchObject({ tie: 0, cyclic: 0 });
    expectClosedAccount(report);
    // A coin may close a cycle, which dropping then finds.
    expectClosedAccount(filterVotes(votes, config({ ties: 'coin' })).report);
  });

  it('keeps what is left of ties, cycles, duplicates and contradictions, and accounts for all', () => {
    const { pairs, report } = filterVotes(votes, config());
    expect(pairs).toEqual([
      {
        promptId: 'p',
        prompt: 'prompt p',
        chosen: 'text v',
        rejected: 'text w',
        // Votes 2 : 1 : 1 tie: a share of 2.5 of 4 is 1/8 above one half.
        margin: 0.125,
        chosenId: 'v',
        rejectedId: 'w',
      },
    ]);
    expect(report.account).toEqual({
      votes: { read: 13, poorPrompt: 1, duplicate: 1, contradictory: 2, counted: 9 },
      items: { compared: 5, tie: 1, cyclic: 3, kept: 1 },
    });
    expect(report).toMatchObject({
      votes: 13,
      tieVotes: 2,
      items: 5,
      strictItems: 4,
      tieItems: 1,
      cyclicTriples: 1,
      promptsWithCycles: 1,
      cyclicEdges: 3,
      kept: 1,
      comparisons: 13,
      ties: 1,
      cyclic: 3,
      duplicates: 1,
      unusable: 0,
    });
  });

  it('weakest keeps two edges of the triangle, the supported one among them', () => {
    const { pairs, report } = filterVotes(votes, config({ cycles: 'weakest' }));
    expect(pairs.map(({ chosenId, rejectedId }) => `${chosenId}>${rejectedId}`)).toEqual([
      'x>y',
      'z>x',
      'v>w',
    ]);
    expect(report).toMatchObject({ cyclicEdges: 3, cyclic: 1, kept: 3 });
  });

  it('counts pairs that training would refuse, and removes them with checkTexts', () => {
    const equal = { ...vote('x>y'), b: { responseId: 'y', text: 'text x ' } };
    const empty = { ...vote('x>z'), b: { responseId: 'z', text: '' } };
    expect(filterVotes([equal, empty], config()).report).toMatchObject({ kept: 2, unusable: 2 });
    const checked = filterVotes([equal, empty, vote('x>w'), vote('w>y', 'n')], config({ checkTexts: true }));
    expect(checked.report.account.votes).toMatchObject({ identicalAnswers: 1, emptyAnswer: 1, counted: 2 });
    expect(checked.report.unusable).toBe(0);
  });

  it('with checkTexts sees the cycle that equal texts under two names hide', () => {
    const named = (said: Comparison, id: string, text: string): Comparison => ({
      ...said,
      a: said.a.responseId === id ? { responseId: id, text } : said.a,
      b: said.b.responseId === id ? { responseId: id, text } : said.b,
    });
    const hidden = [vote('x>y'), vote('y>z'), named(vote('z>x2'), 'x2', 'text x')];
    expect(filterVotes(hidden, config()).report.cyclicEdges).toBe(0);
    expect(filterVotes(hidden, config({ checkTexts: true })).report.cyclicEdges).toBe(3);
  });

  it.each(['wins', 'plurality'])('closes its account on random votes, label rule %s', (label) => {
    const rng = createRng(3);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const random = Array.from({ length: 800 }, () => {
      const [x, y] = rng.shuffle(ids);
      return vote(`${x}${rng.chance(0.2) ? '=' : '>'}${y}`, `ann${rng.integer(4)}`, `${rng.integer(20)}`);
    });
    for (const cycles of ['drop', 'weakest', 'merge']) {
      for (const checkTexts of [false, true]) {
        const { report } = filterVotes(random, config({ label, cycles, checkTexts }));
        expectClosedAccount(report);
        expect(report.kept).toBeGreaterThan(0);
      }
    }
  });

  it('gives an empty report for no votes', () => {
    const { pairs, report } = filterVotes([], config());
    expect(pairs).toEqual([]);
    expect(report).toMatchObject({ votes: 0, items: 0, kept: 0, alpha: null, longerPreferred: null });
    expect(reportMarkdown(report)).toContain('0 pairs kept');
  });
});

describe('ids that stand for several texts', () => {
  const shard = (prompt: string, winner: 'a' | 'b', annotator: string): Comparison => ({
    promptId: '0',
    prompt,
    a: { responseId: 'A', text: `good: ${prompt}` },
    b: { responseId: 'B', text: `bad: ${prompt}` },
    winner,
    annotator,
  });

  it.each(['a', 'b'] as const)(
    'are told apart and counted: another prompt in each shard, won by %s',
    (winner) => {
      const shards = [shard('Name a bird.', 'a', 'p'), shard('What is 2+2?', winner, 'q')];
      const { pairs, report } = filterVotes(shards, config());
      expect(pairs.map(({ prompt }) => prompt)).toEqual(['Name a bird.', 'What is 2+2?']);
      expect(report.renamedIds).toEqual({ prompts: 1, responses: 0 });
      expect(reportMarkdown(report)).toContain('1 prompts and 0 responses were told apart');
    },
  );

  it('are two answers where one annotator judged a model that was sampled twice', () => {
    const sampled = (n: number, winner: 'a' | 'b'): Comparison => ({
      ...shard('Name a bird.', winner, 'p'),
      a: { responseId: 'm', text: `robin ${n}` },
      b: { responseId: 'n', text: `stone ${n}` },
    });
    const { pairs, report } = filterVotes([sampled(0, 'a'), sampled(1, 'b')], config());
    expect(pairs.map(({ chosen }) => chosen)).toEqual(['robin 0', 'stone 1']);
    expect(report.account.votes).toMatchObject({ contradictory: 0, counted: 2 });
    expect(report.renamedIds).toEqual({ prompts: 0, responses: 2 });
  });

  it('are told apart among pairs', () => {
    const pair = (prompt: string, chosen: string, rejected: string) => ({
      promptId: '0',
      prompt,
      chosen,
      rejected,
    });
    const { pairs, report } = filterPairs(
      [pair('Is it hot?', 'yes', 'no'), pair('Is it cold?', 'no', 'yes')],
      config(),
    );
    expect(pairs.map(({ promptId, chosen }) => [promptId, chosen])).toEqual([
      ['0', 'yes'],
      ['0#2', 'no'],
    ]);
    expect(report.renamedIds).toEqual({ prompts: 1, responses: 0 });
  });
});

describe('filterPairs', () => {
  const pair = (chosen: string, rejected: string, more: Partial<PreferencePair> = {}): PreferencePair => ({
    promptId: 'p',
    prompt: 'Why so?',
    chosen,
    rejected,
    ...more,
  });

  it('returns pairs as they were given, without repeats, contradictions and cycles of texts', () => {
    const good = pair('a', 'b', { margin: 3, weight: 2, task: 'list', chosenId: '1', rejectedId: '2' });
    const { pairs, report } = filterPairs(
      [
        good,
        pair('a', 'b'),
        pair('c', 'd'),
        pair('d', 'c'),
        pair('x', 'y'),
        pair('y', 'z'),
        pair('z', 'x'),
        pair('a', 'b', { promptId: 'q' }),
      ],
      config(),
    );
    expect(pairs).toEqual([good, pair('a', 'b', { promptId: 'q' })]);
    expect(report).toMatchObject({
      source: 'pairs',
      comparisons: 8,
      duplicates: 1,
      cyclic: 3,
      ties: 0,
      kept: 2,
    });
    expect(report.account.votes['contradictory']).toBe(2);
    expectClosedAccount(report);
  });
});
