import { describe, expect, it } from 'vitest';
import { encodePair, rewardBatch, scoreBatch } from '../../lib/reward/batch';
import { rewardConfig, tinyModels } from './tiny-model';

const { tokenizer } = tinyModels();

describe('encodePair', () => {
  it('joins prompt, response and end-of-turn token on both sides', () => {
    const pair = { promptId: 'p', prompt: 'ab', chosen: 'c', rejected: 'de', margin: 0.3, weight: 2 };
    expect(encodePair(tokenizer, pair, { maxPromptTokens: 9, maxResponseTokens: 9 })).toEqual({
      chosen: [0, 2, 3, 4, 1],
      rejected: [0, 2, 3, 5, 6, 1],
      margin: 0.3,
      weight: 2,
      verdicts: [],
    });
  });

  it('takes the verdicts on the dimensions of the run, in their order, a tie where there is none', () => {
    const verdicts = { harmless: 'rejected', helpful: 'chosen' } as const;
    const pair = { promptId: 'p', prompt: 'ab', chosen: 'c', rejected: 'de', verdicts };
    const dimensions = ['helpful', 'harmless', 'fluent', 'overall'].map((name) => ({ name, weight: 1 }));
    const limits = { maxPromptTokens: 9, maxResponseTokens: 9 };
    expect(encodePair(tokenizer, pair, limits, dimensions).verdicts).toEqual([
      'chosen',
      'rejected',
      'tie',
      'chosen',
    ]);
  });

  it('keeps the end of a prompt that is too long and the beginning of a response that is', () => {
    const pair = { promptId: 'p', prompt: 'abcd', chosen: 'efgh', rejected: 'a' };
    const { chosen, margin, weight } = encodePair(tokenizer, pair, {
      maxPromptTokens: 2,
      maxResponseTokens: 3,
    });
    expect(chosen).toEqual([4, 5, 6, 7, 8]);
    expect([margin, weight]).toEqual([0, 1]);
  });
});

const limits = { maxPromptTokens: 8, maxResponseTokens: 8 };

describe('scoreBatch', () => {
  it('pads on the right and tells where each row ends, even where padding looks like the last token', () => {
    const batch = scoreBatch([[5, 6, 1], [7]], 1, limits, 2);
    expect(batch.tokens.shape).toEqual([2, 16]);
    expect([...batch.tokens.dataSync()].slice(0, 4)).toEqual([5, 6, 1, 1]);
    expect([...batch.mask.dataSync()].slice(0, 4)).toEqual([1, 1, 1, 0]);
    expect([...batch.lastIndex.dataSync()]).toEqual([2, 0]);
  });
});

describe('rewardBatch', () => {
  it('lays the chosen rows before the rejected ones', () => {
    const rows = [
      { chosen: [2], rejected: [3], margin: 0.1, weight: 1, verdicts: [] },
      { chosen: [4], rejected: [5], margin: 0.5, weight: 3, verdicts: [] },
    ];
    const batch = rewardBatch(rows, 7, 1, rewardConfig());
    const firstColumn = [...batch.scores.tokens.dataSync()].filter((_, i) => i % 16 === 0);
    expect(firstColumn).toEqual([2, 4, 3, 5]);
    expect([...batch.weights.dataSync()]).toEqual([1, 3]);
    expect(batch.margins.dataSync()[1]).toBeCloseTo(0.5, 6);
    expect(batch.count.dataSync()[0]).toBe(7);
  });

  it('exchanges the sides of a pair whose rejected answer is better on a dimension', () => {
    const rows = [
      { chosen: [2], rejected: [3], margin: 0, weight: 1, verdicts: ['chosen', 'tie'] as const },
      { chosen: [4], rejected: [5], margin: 0, weight: 1, verdicts: ['rejected', 'chosen'] as const },
    ];
    const batch = rewardBatch(rows, 2, 1, rewardConfig());
    const numbers = batch.dimensions.map(({ better, worse, decided }) =>
      [better, worse, decided].map((tensor) => [...tensor.dataSync()]),
    );
    // Rows of the scores: chosen 0 and 1, rejected 2 and 3.
    expect(numbers).toEqual([
      [
        [0, 3],
        [2, 1],
        [1, 1],
      ],
      [
        [0, 1],
        [2, 3],
        [0, 1],
      ],
    ]);
  });
});
