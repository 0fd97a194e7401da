import { describe, expect, it } from 'vitest';
import { countWords, longerPreferred, pairStatistics } from '../../lib/filter/statistics';
import type { Comparison } from '../../lib/types';
import { vote } from './make-vote';

describe('countWords', () => {
  it.each([
    ['', 0],
    ['Hello, world!', 4],
    ['你好，世界', 5],
    ['GPT4 的 12 个词', 6],
    ["don't", 3],
    ['日本語のテスト', 7],
  ])('%j has %i', (text, count) => {
    expect(countWords(text)).toBe(count);
  });
});

describe('pairStatistics', () => {
  it('gives the means of the table, history apart from the last turn', () => {
    const pairs = [
      { promptId: '1', prompt: 'one two', chosen: 'a b c', rejected: 'a' },
      {
        promptId: '2',
        prompt: [
          { role: 'user' as const, content: 'one' },
          { role: 'assistant' as const, content: 'two three' },
          { role: 'user' as const, content: 'four' },
        ],
        chosen: 'a',
        rejected: 'a b c',
      },
    ];
    expect(pairStatistics(pairs)).toEqual({
      rows: 2,
      prompts: 2,
      turns: 1.5,
      historyTokens: 1.5,
      promptTokens: 1.5,
      responseTokens: 2,
      chosenTokens: 2,
      rejectedTokens: 2,
    });
    expect(pairStatistics(pairs, (text) => text.length).promptTokens).toBe(5.5);
    expect(pairStatistics([]).turns).toBe(0);
  });
});

describe('longerPreferred', () => {
  const texts = (said: Comparison, a: string, b: string): Comparison => ({
    ...said,
    a: { ...said.a, text: a },
    b: { ...said.b, text: b },
  });

  it('leaves ties and equal lengths out and counts characters, not units', () => {
    const votes = [
      texts(vote('x>y'), 'long', 'no'),
      texts(vote('x>y'), 'no', 'long'),
      texts(vote('x=y'), 'long', 'no'),
      texts(vote('x>y'), '😀😀', 'ab'),
      { ...texts(vote('x>y'), 'no', 'long'), winner: 'b' as const },
    ];
    expect(longerPreferred(votes)).toBeCloseTo(2 / 3, 12);
    expect(longerPreferred(votes.slice(2, 4))).toBeNull();
  });
});
