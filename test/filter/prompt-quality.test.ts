import { describe, expect, it } from 'vitest';
import { dropPoorPrompts, promptProblem } from '../../lib/filter/prompt-quality';

const rules = { minPromptCharacters: 2, maxCharacterShare: 0.7 };

describe('promptProblem', () => {
  it.each([
    ['', 'tooShort'],
    [' a\n', 'tooShort'],
    ['?!?', 'noLetters'],
    ['👌🏾👍🏾', 'noLetters'],
    ['aaaaaaaab', 'repetitive'],
    ['哈哈哈哈哈哈哈哈哈', 'repetitive'],
    ['你好', undefined],
    ['2 + 2 = ?', undefined],
    // Too short for shares to say anything.
    ['aaaab', undefined],
    ['Why?', undefined],
  ])('%j: %s', (prompt, problem) => {
    expect(promptProblem(prompt, rules)).toBe(problem);
  });

  it('judges the last turn of a conversation', () => {
    const conversation = [
      { role: 'user', content: 'Tell me a story.' },
      { role: 'assistant', content: 'Once …' },
      { role: 'user', content: '…' },
    ] as const;
    expect(promptProblem(conversation, rules)).toBe('tooShort');
  });

  it('has thresholds that can be moved out of the way', () => {
    const none = { minPromptCharacters: 0, maxCharacterShare: 1 };
    expect(promptProblem('', none)).toBeUndefined();
    expect(promptProblem('aaaaaaaaaaaa', none)).toBeUndefined();
    expect(promptProblem('Why?', { ...rules, minPromptCharacters: 5 })).toBe('tooShort');
  });
});

describe('dropPoorPrompts', () => {
  it('removes every row about a poor prompt', () => {
    const rows = [
      { promptId: '1', prompt: '?', row: 1 },
      { promptId: '2', prompt: 'Why?', row: 2 },
      { promptId: '1', prompt: '?', row: 3 },
    ];
    const { kept, removed } = dropPoorPrompts(rows, rules);
    expect(kept.map(({ row }) => row)).toEqual([2]);
    expect(removed.map(({ row }) => row)).toEqual([1, 3]);
  });
});
