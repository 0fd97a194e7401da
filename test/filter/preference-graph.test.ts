import { describe, expect, it } from 'vitest';
import { preferenceGraphs } from '../../lib/filter/preference-graph';
import { longerPreferredByDifference } from '../../lib/filter/statistics';
import type { Comparison } from '../../lib/types';
import { vote } from './make-vote';

describe('preferenceGraphs', () => {
  it('has an edge a labelled pair, marks those in a cycle, and counts the triples', () => {
    const said = ['x>y', 'y>z', 'z>x', 'x>w', 'w=y'].map((text) => vote(text, 'ann', 'p'));
    const graphs = preferenceGraphs([...said, vote('y>x', 'ann', 'q')]);
    expect(graphs).toEqual([
      {
        promptId: 'p',
        cyclicTriples: 1,
        edges: [
          { winner: 'x', loser: 'y', margin: 1, cyclic: true },
          { winner: 'y', loser: 'z', margin: 1, cyclic: true },
          { winner: 'z', loser: 'x', margin: 1, cyclic: true },
          { winner: 'x', loser: 'w', margin: 1, cyclic: false },
        ],
      },
      { promptId: 'q', cyclicTriples: 0, edges: [{ winner: 'y', loser: 'x', margin: 1, cyclic: false }] },
    ]);
  });
});

describe('longerPreferredByDifference', () => {
  const byLength = (difference: number, longerWins: boolean): Comparison => ({
    ...vote('a>b'),
    winner: longerWins ? 'a' : 'b',
    a: { responseId: 'a', text: 'x'.repeat(difference + 1) },
    b: { responseId: 'b', text: 'x' },
  });

  it('bins votes by difference, as many in each, equal differences together', () => {
    const votes = [
      byLength(1, true),
      byLength(1, false),
      byLength(1, false),
      byLength(5, true),
      byLength(9, true),
      byLength(3, true),
    ];
    expect(longerPreferredByDifference(votes, 2)).toEqual([
      { from: 1, to: 1, difference: 1, longerPreferred: 1 / 3, votes: 3 },
      { from: 3, to: 9, difference: 17 / 3, longerPreferred: 1, votes: 3 },
    ]);
    expect(longerPreferredByDifference(votes, 6).map(({ votes: n }) => n)).toEqual([3, 1, 1, 1]);
  });

  it('leaves out ties and answers of equal length', () => {
    expect(
      longerPreferredByDifference([byLength(0, true), { ...byLength(4, true), winner: 'tie' }], 3),
    ).toEqual([]);
  });
});
