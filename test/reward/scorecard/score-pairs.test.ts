import { describe, expect, it } from 'vitest';
import { scorePairs } from '../../../lib/reward/scorecard/score-pairs';

describe('scorePairs', () => {
  it('scores both sides and measures them', async () => {
    const scored = await scorePairs(
      (inputs) => Promise.resolve(Float32Array.from(inputs, ({ response }) => -response.length)),
      [
        { promptId: 'p', prompt: 'q', chosen: 'ab', rejected: 'abc', task: 'lists', margin: 0.5 },
        { promptId: 'p', prompt: 'q', chosen: 'abcd', rejected: 'a' },
      ],
      (response) => 10 * response.length,
    );
    expect(scored).toEqual([
      {
        chosenScore: -2,
        rejectedScore: -3,
        chosenLength: 20,
        rejectedLength: 30,
        task: 'lists',
        labelMargin: 0.5,
      },
      { chosenScore: -4, rejectedScore: -1, chosenLength: 40, rejectedLength: 10, task: 'other' },
    ]);
  });
});
