import { describe, expect, it } from 'vitest';
import { batch, scoreBatch } from '../../lib/reward/batch';
import { rewardConfig } from './tiny-model';

const limits = { maxPromptTokens: 8, maxResponseTokens: 8 };

describe('scoreBatch', () => {
  it('pads on the right and tells where each row ends, even where padding looks like the last token', () => {
    const laid = scoreBatch([[5, 6, 1], [7]], 1, limits, 2);
    expect(laid.tokens.shape).toEqual([2, 16]);
    expect([...laid.tokens.dataSync()].slice(0, 4)).toEqual([5, 6, 1, 1]);
    expect([...laid.mask.dataSync()].slice(0, 4)).toEqual([1, 1, 1, 0]);
    expect([...laid.places.dataSync()]).toEqual([2, 16]);
  });
});

describe('batch', () => {
  it('lays the chosen rows before the rejected ones', () => {
    const rows = [
      { chosen: [2], rejected: [3], margin: 0.1, weight: 1, verdicts: [] },
      { chosen: [4], rejected: [5], margin: 0.5, weight: 3, verdicts: [] },
    ];
    const laid = batch(rows, [...rows, ...rows], 1, rewardConfig(), 8);
    const firstColumn = [...laid.scores.tokens.dataSync()].filter((_, i) => i % 16 === 0);
    expect(firstColumn).toEqual([2, 4, 3, 5]);
    expect([...laid.weights.dataSync()]).toEqual([1, 3]);
    expect(laid.margins.dataSync()[1]).toBeCloseTo(0.5, 6);
    expect(laid.count.dataSync()[0]).toBe(4);
  });

  it('exchanges the sides of a pair whose rejected answer is better on a criterion', () => {
    const rows = [
      { chosen: [2], rejected: [3], margin: 0, weight: 1, verdicts: ['chosen', 'tie'] as const },
      { chosen: [4], rejected: [5], margin: 0, weight: 1, verdicts: ['rejected', 'chosen'] as const },
    ];
    const config = rewardConfig({ criteria: 'own,other' });
    const laid = batch(rows, [...rows, ...rows.slice(0, 1)], 1, config, 8);
    const numbers = laid.criteria.map(({ better, worse, decided, count }) =>
      [better, worse, decided, count].map((tensor) => [...(tensor?.dataSync() ?? [])]),
    );
    // Rows of the scores: chosen 0 and 1, rejected 2 and 3.
    expect(numbers).toEqual([
      [[0, 3], [2, 1], [1, 1], [3]],
      [[0, 1], [2, 3], [0, 1], [1]],
    ]);
  });
});
