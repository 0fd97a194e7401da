import { describe, expect, it } from 'vitest';
import { createRng } from '../../../lib/random';
import {
  accuracyByBins,
  accuracyByName,
  goldAccuracy,
  pairAccuracy,
} from '../../../lib/reward/scorecard/accuracy';

const pairs = [
  { chosenScore: 3, rejectedScore: 1, task: 'lists' },
  { chosenScore: 0, rejectedScore: 0, task: 'lists' },
  { chosenScore: -1, rejectedScore: 0, task: 'facts' },
  { chosenScore: 4, rejectedScore: -4, task: 'facts' },
];

describe('accuracy', () => {
  it('is the share of pairs with the chosen score above, ties being wrong', () => {
    expect(pairAccuracy(pairs)).toEqual({ n: 4, accuracy: 0.5 });
    expect(pairAccuracy([]).accuracy).toBeNaN();
  });

  it('is told by quantile bins of a value, with the number of pairs in each', () => {
    const gap = (pair: (typeof pairs)[number]): number => Math.abs(pair.chosenScore - pair.rejectedScore);
    expect(accuracyByBins(pairs, gap, 2)).toEqual([
      { min: 0, max: 1, n: 2, accuracy: 0 },
      { min: 2, max: 8, n: 2, accuracy: 1 },
    ]);
  });

  it('is told by name', () => {
    expect(accuracyByName(pairs, (pair) => pair.task)).toEqual({
      lists: { n: 2, accuracy: 0.5 },
      facts: { n: 2, accuracy: 0.5 },
    });
  });
});

describe('goldAccuracy', () => {
  it('equals a count over all pairs of responses to the same prompt', () => {
    const rng = createRng(4);
    const rows = Array.from({ length: 60 }, () => ({
      promptId: `p${rng.integer(9)}`,
      score: rng.normal(),
      gold: rng.integer(4),
    }));
    let n = 0;
    let right = 0;
    for (const a of rows) {
      for (const b of rows) {
        if (a.promptId !== b.promptId || a.gold <= b.gold) continue;
        n++;
        if (a.score > b.score) right++;
      }
    }
    expect(goldAccuracy(rows)).toEqual({ n, accuracy: right / n });
  });
});
