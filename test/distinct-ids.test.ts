import { describe, expect, it } from 'vitest';
import { distinctPromptIds, withDistinctIds } from '../lib/distinct-ids';
import type { Comparison } from '../lib/types';

const vote = (promptId: string, prompt: string, a: string, b: string): Comparison => ({
  promptId,
  prompt,
  a: { responseId: 'A', text: a },
  b: { responseId: 'B', text: b },
  winner: 'a',
  annotator: 'ann',
});

describe('withDistinctIds', () => {
  it('leaves ids alone that stand for one text each', () => {
    const votes = [vote('0', 'p', 'x', 'y'), vote('1', 'q', 'z', 'y'), vote('0', 'p', 'x', 'y')];
    expect(withDistinctIds(votes)).toEqual({ votes, renamed: { prompts: 0, responses: 0 } });
  });

  it('makes another prompt under the same id another prompt, wherever it comes again', () => {
    const votes = [vote('0', 'p', 'x', 'y'), vote('0', 'q', 'z', 'w'), vote('0', 'q', 'z', 'w')];
    const distinct = withDistinctIds(votes);
    expect(distinct.votes.map(({ promptId }) => promptId)).toEqual(['0', '0#2', '0#2']);
    expect(distinct.votes[1]?.a.responseId).toBe('A');
    expect(distinct.renamed).toEqual({ prompts: 1, responses: 0 });
  });

  it('makes two answers of a model that was sampled twice, in two votes or in one', () => {
    const long = 'a long answer '.repeat(10);
    const distinct = withDistinctIds([vote('0', 'p', 'x', long), vote('0', 'p', 'z', `${long}.`)]);
    expect(distinct.votes.map(({ a, b }) => [a.responseId, b.responseId])).toEqual([
      ['A', 'B'],
      ['A#2', 'B#2'],
    ]);
    const own = { ...vote('0', 'p', 'x', 'y'), b: { responseId: 'A', text: 'y' } };
    expect(withDistinctIds([own]).votes[0]?.b.responseId).toBe('A#2');
  });

  it('never gives a new name that another text has', () => {
    const named = { ...vote('0', 'p', 'x', 'y'), a: { responseId: 'B#2', text: 'w' } };
    const distinct = withDistinctIds([named, vote('0', 'p', 'x', 'z')]);
    expect(distinct.votes.map(({ b }) => b.responseId)).toEqual(['B', 'B#3']);
  });
});

describe('distinctPromptIds', () => {
  it('renames record after record and counts', () => {
    const { rename, renamed } = distinctPromptIds();
    const records = ['p', 'q', 'p', 'r'].map((prompt) => rename({ promptId: '7', prompt }));
    expect(records.map(({ promptId }) => promptId)).toEqual(['7', '7#2', '7', '7#3']);
    expect(renamed()).toBe(2);
  });
});
