import { describe, expect, it } from 'vitest';
import { votedMeasures } from '../../../lib/experiment/mt-bench/agreement-measure';

const responses = [
  { promptId: 'p', score: 1, length: 10 },
  { promptId: 'p', score: 0, length: 20 },
];

describe('votedMeasures', () => {
  // Chosen scores against rejected ones: right, wrong, equal, right.
  const voted = [
    [2, 1],
    [1, 2],
    [1, 1],
    [3, 1],
  ].map(([chosenScore = 0, rejectedScore = 0], i) => ({
    promptId: `${i}`,
    chosenScore,
    rejectedScore,
    chosenLength: 10,
    rejectedLength: 5,
    question: i < 3 ? '81' : '82',
    chosenVotes: 2,
    rejectedVotes: i === 1 ? 1 : 0,
  }));

  it('counts a question once, and single votes beside what two people agree on', () => {
    const { prompts, metrics } = votedMeasures(voted, responses, { votes: 0.8, ceiling: 0.9 });
    expect(prompts?.['accuracy']).toEqual([0.5, 1]);
    // Right: 2; wrong: 2, but one vote is the other way; equal: half of 2; right: 2.
    expect(metrics?.['voteAgreement']).toBeCloseTo((2 + 1 + 1 + 2) / 9);
    expect(metrics).toMatchObject({ humanAgreement: 0.8, ceiling: 0.9, pairs: 4 });
  });

  it('has no ceiling where there are no two votes on a pair', () => {
    const { metrics } = votedMeasures(voted, responses, { votes: null, ceiling: null });
    expect(metrics?.['humanAgreement']).toBeNaN();
    expect(metrics?.['ceiling']).toBeNaN();
  });
});
