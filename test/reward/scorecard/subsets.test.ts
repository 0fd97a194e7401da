import { describe, expect, it } from 'vitest';
import { adversarialPairs } from '../../../lib/reward/scorecard/adversarial-pairs';
import { subsetAccuracies } from '../../../lib/reward/scorecard/subsets';

const pair = (task: string, gap: number, lengths: [number, number]) => ({
  task,
  chosenScore: gap,
  rejectedScore: 0,
  chosenLength: lengths[0],
  rejectedLength: lengths[1],
});

describe('subsetAccuracies', () => {
  it('splits by task and by which side is longer; a judge of length alone gets one half at equal length', () => {
    const byLength = (lengths: [number, number]) => pair('chat', lengths[0] - lengths[1], lengths);
    const { all, bySubset, chosenLonger, chosenShorter, lengthControlled } = subsetAccuracies([
      byLength([9, 2]),
      byLength([8, 1]),
      byLength([7, 3]),
      byLength([2, 5]),
      pair('code', 1, [4, 4]),
    ]);
    expect(all).toMatchObject({ n: 5, accuracy: 4 / 5 });
    expect(all.ci?.[0]).toBeCloseTo(0.3755, 3);
    expect(bySubset).toMatchObject({ chat: { n: 4, accuracy: 3 / 4 }, code: { n: 1, accuracy: 1 } });
    expect([chosenLonger.accuracy, chosenShorter.accuracy, lengthControlled]).toEqual([1, 0, 0.5]);
  });

  it('has no interval and no controlled accuracy where there are no pairs', () => {
    const { chosenShorter, lengthControlled } = subsetAccuracies([pair('chat', 1, [3, 1])]);
    expect(chosenShorter).toEqual({ n: 0, accuracy: Number.NaN });
    expect(lengthControlled).toBeNaN();
  });
});

describe('adversarialPairs', () => {
  it('have a worse answer that is longer, in three kinds, each pair with an id of its own', () => {
    for (const { chosen, rejected } of adversarialPairs)
      expect(rejected.length).toBeGreaterThan(chosen.length);
    expect(new Set(adversarialPairs.map(({ task }) => task))).toEqual(
      new Set(['neighbour', 'constraint', 'wrong']),
    );
    expect(new Set(adversarialPairs.map(({ promptId }) => promptId)).size).toBe(adversarialPairs.length);
  });
});
