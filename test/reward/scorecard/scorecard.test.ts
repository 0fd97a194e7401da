import { describe, expect, it } from 'vitest';
import { rewardScorecard, type ScoredPair } from '../../../lib/reward/scorecard/scorecard';

const pairs: ScoredPair[] = [
  { chosenScore: 2, rejectedScore: 0, chosenLength: 5, rejectedLength: 3, task: 'lists', labelMargin: 0.5 },
  { chosenScore: 1, rejectedScore: 3, chosenLength: 2, rejectedLength: 9, task: 'facts', labelMargin: 0.1 },
];
const responses = pairs.flatMap((pair, p) => [
  { score: pair.chosenScore, length: pair.chosenLength, gold: 1, promptId: `p${p}`, task: pair.task },
  { score: pair.rejectedScore, length: pair.rejectedLength, gold: 0, promptId: `p${p}`, task: pair.task },
]);

function withoutKey<T extends object, K extends keyof T & string>(row: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== key)) as Omit<T, K>;
}

describe('rewardScorecard', () => {
  it('puts the pages together', () => {
    const card = rewardScorecard({ pairs, responses, noiseCeiling: 0.75 });
    expect(card.accuracy).toMatchObject({
      n: 2,
      accuracy: 0.5,
      byTask: { lists: { n: 1, accuracy: 1 }, facts: { n: 1, accuracy: 0 } },
    });
    expect(card.accuracy.byLengthGap).toEqual([
      { min: -7, max: -7, n: 1, accuracy: 0 },
      { min: 2, max: 2, n: 1, accuracy: 1 },
    ]);
    expect(card.accuracy.byLabelMargin?.map((bin) => bin.accuracy)).toEqual([0, 1]);
    expect(card.lengthOnlyAccuracy).toBe(0.5);
    expect(card.goldAccuracy).toEqual({ n: 2, accuracy: 0.5 });
    expect(card.noiseCeiling?.attained).toBe(0);
    expect(card.scores.byTask['facts']).toMatchObject({ n: 2, mean: 2 });
    expect(card.scoreLengthCorrelation.n).toBe(4);
    expect(card.calibration.bins.length).toBeGreaterThan(0);
  });

  it('leaves out what is not known', () => {
    const bare = {
      pairs: pairs.map((pair) => withoutKey(pair, 'labelMargin')),
      responses: responses.map((response) => withoutKey(response, 'gold')),
    };
    const card = rewardScorecard(bare);
    expect(card).not.toHaveProperty('goldAccuracy');
    expect(card).not.toHaveProperty('noiseCeiling');
    expect(card.accuracy).not.toHaveProperty('byLabelMargin');
    expect(card.scoreLengthCorrelation).not.toHaveProperty('equalQuality');
  });
});
