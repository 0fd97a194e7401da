import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { fillRows, groupByBeginning, packSequences } from '../../lib/train/packing';

beforeAll(() => useEngine('cpu'));

const sequences = fc.array(fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 40 }), {
  minLength: 1,
  maxLength: 12,
});

describe('groupByBeginning', () => {
  it('puts the two answers of a prompt together, wherever they stand', () => {
    const groups = groupByBeginning([
      [2, 3, 4, 5],
      [9, 9, 8],
      [2, 3, 4, 6, 7],
      [9, 9, 7],
    ]);
    expect(groups).toEqual([
      { shared: 3, members: [0, 2], length: 6 },
      { shared: 2, members: [3, 1], length: 4 },
    ]);
  });

  it('leaves what shares little with a pair out of its group', () => {
    const groups = groupByBeginning([
      [2, 3, 4, 5, 5],
      [2, 3, 4, 5, 6],
      [2, 9],
    ]);
    expect(groups.map(({ members }) => members)).toEqual([[0, 1], [2]]);
  });

  it('computes a sequence that is the beginning of another, or equal to it, as part of it', () => {
    expect(groupByBeginning([[2, 3], [2, 3, 4], [2, 3]])).toEqual([{ shared: 2, members: [0, 2, 1], length: 3 }]); // prettier-ignore
  });

  it('holds each sequence once, and never more tokens than there are', () => {
    fc.assert(
      fc.property(sequences, (given) => {
        const groups = groupByBeginning(given);
        expect(groups.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual([...given.keys()]);
        for (const { shared, members, length } of groups) {
          const all = members.reduce((sum, member) => sum + (given[member]?.length as number), 0);
          expect(length).toBe(all - (members.length - 1) * shared);
          for (const member of members)
            expect(given[member]?.slice(0, shared)).toEqual(given[members[0] as number]?.slice(0, shared));
        }
      }),
    );
  });
});

describe('fillRows', () => {
  it('fills the room that longer ones leave', () => {
    expect(fillRows([3, 6, 4, 2], 8)).toEqual([
      [1, 3],
      [2, 0],
    ]);
  });
});

describe('packSequences', () => {
  it('gives each token a place, the shared ones the same, and a position in its own sequence', () => {
    fc.assert(
      fc.property(sequences, (given) => {
        const { tokens, mask, packing, places } = packSequences(given, 1, 8);
        const [ids, real] = [tokens.dataSync(), mask.dataSync()];
        const [positions, segments, beginnings] = [
          packing.positions.dataSync(),
          packing.segments.dataSync(),
          packing.beginnings.dataSync(),
        ];
        expect(mask.shape).toEqual(tokens.shape);
        const T = tokens.shape[1];
        given.forEach((sequence, i) => {
          const own = [...(places[i] as Int32Array)];
          expect(own.map((place) => ids[place])).toEqual(sequence);
          expect(own.map((place) => positions[place])).toEqual([...sequence.keys()]);
          expect(new Set(own.map((place) => Math.floor(place / T))).size).toBe(1);
          // What the last token sees is its own sequence, all of it and nothing else.
          const end = own.at(-1) as number;
          const row = Math.floor(end / T) * T;
          const seen = Array.from({ length: end - row + 1 }, (_, k) => row + k).filter((place) =>
            [segments[end], beginnings[end]].includes(segments[place]),
          );
          expect(seen).toEqual(own);
        });
        const placed = new Set(places.flatMap((own) => [...own]));
        expect([...real].filter((n) => n === 1)).toHaveLength(placed.size);
        for (const tensor of [tokens, mask, ...Object.values(packing)]) tensor.dispose();
      }),
      { numRuns: 50 },
    );
  });
});
