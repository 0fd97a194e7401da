import { describe, expect, it } from 'vitest';
import { estimateNoiseCeiling } from '../../lib/filter/noise-ceiling';
import { splitTies } from '../../lib/filter/ties';
import { itemsOf } from '../../lib/filter/votes';
import { createRng } from '../../lib/random';
import type { Comparison } from '../../lib/types';
import { vote } from './make-vote';

/** Votes of three annotators on items, each with its own rate q of votes for x; `truth` is the better answer. */
function simulate(rate: (uniform: number) => number): { votes: Comparison[]; truth: Map<string, string> } {
  const rng = createRng(7);
  const truth = new Map<string, string>();
  const votes: Comparison[] = [];
  for (let i = 0; i < 4000; i++) {
    const q = rate(rng.uniform());
    truth.set(`${i}`, q > 0.5 ? 'x' : 'y');
    for (const annotator of ['m', 'n', 'o']) {
      votes.push(vote(rng.chance(q) ? 'x>y' : 'y>x', annotator, `${i}`));
    }
  }
  return { votes, truth };
}

describe('estimateNoiseCeiling', () => {
  it.each([
    // The Beta family holds the first world; in the second, all items alike, labels are better than it believes.
    ['easy and hard items', (uniform: number) => uniform, 0.015],
    ['one error rate for all', (uniform: number) => (uniform < 0.5 ? 0.15 : 0.85), 0.08],
  ])('is near the true agreement of votes and labels with a perfect judge: %s', (_, rate, tolerance) => {
    const { votes, truth } = simulate(rate);
    const items = itemsOf(votes);
    const { strict } = splitTies(items, 'wins');
    const ceiling = estimateNoiseCeiling(items, strict);
    if (ceiling === null) throw new Error('no estimate');
    const labelRight = strict.filter(
      ({ item, chosen }) => item[chosen].responseId === truth.get(item.record.promptId),
    ).length;
    const voteRight = votes.filter(({ promptId, a }) => a.responseId === truth.get(promptId)).length;
    expect(Math.abs(ceiling.label - labelRight / strict.length)).toBeLessThan(tolerance);
    expect(Math.abs(ceiling.vote - voteRight / votes.length)).toBeLessThan(tolerance);
    for (const vote of [ceiling.vote, voteRight / votes.length]) {
      expect(vote).toBeGreaterThan(ceiling.voteBounds[0]);
      // Sampling noise: in the second world the truth is the bound itself.
      expect(vote).toBeLessThan(ceiling.voteBounds[1] + 0.005);
    }
  });

  it('is P(q > ½) of Beta(s + wins, s + losses): 3/4 after one vote where two of three pairs agree', () => {
    // A = 2/3 gives s = 1.
    const votes = [
      ...['m', 'n'].map((annotator) => vote('x>y', annotator, '1')),
      ...['m', 'n'].map((annotator) => vote('y>x', annotator, '2')),
      vote('x>y', 'm', '3'),
      vote('y>x', 'n', '3'),
      vote('x>y', 'm', '4'),
    ];
    const items = itemsOf(votes);
    const ceiling = estimateNoiseCeiling(items, splitTies(items, 'wins').strict);
    expect(ceiling?.pairAgreement).toBeCloseTo(2 / 3, 12);
    // Beta(2, 1) has density 2q: P(q > ½) = 3/4.
    expect(ceiling?.vote).toBeCloseTo(3 / 4, 12);
    // Items 1 and 2 have two votes each, Beta(3, 1): 7/8; item 4 one; item 3 is a tie.
    expect(ceiling?.label).toBeCloseTo((7 / 8 + 7 / 8 + 3 / 4) / 3, 12);
  });

  it('is 1 when votes never differ, and null without pairs of votes or at chance', () => {
    const agreed = itemsOf([vote('x>y', 'm'), vote('x>y', 'n')]);
    expect(estimateNoiseCeiling(agreed, splitTies(agreed, 'wins').strict)).toMatchObject({
      vote: 1,
      label: 1,
    });
    const single = itemsOf([vote('x>y', 'm')]);
    expect(estimateNoiseCeiling(single, splitTies(single, 'wins').strict)).toBeNull();
    const split = itemsOf([vote('x>y', 'm'), vote('y>x', 'n'), vote('x>z', 'm')]);
    expect(estimateNoiseCeiling(split, splitTies(split, 'wins').strict)).toBeNull();
  });
});
