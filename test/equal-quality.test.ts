import { describe, expect, it } from 'vitest';
import { atEqualGold, withinPrompts } from '../lib/equal-quality';

const response = (promptId: string, score: number, length: number, gold: number, task = 'list') => ({
  promptId,
  score,
  length,
  gold,
  task,
});

describe('withinPrompts', () => {
  it('takes the means of each prompt out, and leaves out prompts with one response', () => {
    const rows = withinPrompts([response('p', 1, 10, 0), response('q', 5, 7, 1), response('p', 3, 20, 1)]);
    expect(rows).toEqual([
      { score: -1, length: -5, gold: -0.5, task: 'list' },
      { score: 1, length: 5, gold: 0.5, task: 'list' },
    ]);
  });
});

describe('atEqualGold', () => {
  it('takes out what gold explains linearly, in each task by itself', () => {
    // Score is 4 g in the one task and −2 g in the other; length is 10 g and what is left.
    const rows = atEqualGold([
      { score: -4, length: -10 + 3, gold: -1, task: 'list' },
      { score: 0, length: -6, gold: 0, task: 'list' },
      { score: 4, length: 10 + 3, gold: 1, task: 'list' },
      { score: 2, length: 0, gold: -1, task: 'fact' },
      { score: -2, length: 0, gold: 1, task: 'fact' },
    ]);
    expect(rows.map(({ score }) => score)).toEqual([0, 0, 0, 0, 0]);
    expect(rows.map(({ length }) => length)).toEqual([3, -6, 3, 0, 0]);
  });

  it('leaves responses of the same gold as they are', () => {
    const rows = [1, -1].map((score) => ({ score, length: 2 * score, gold: 0, task: 'list' }));
    expect(atEqualGold(rows)).toEqual(rows);
  });
});
