import { describe, expect, it } from 'vitest';
import { criterionLabels, labelOf } from '../../lib/filter/labels';
import { splitTies, tossCoin } from '../../lib/filter/ties';
import { itemsOf, type Choice } from '../../lib/filter/votes';
import { vote } from './make-vote';

const votes = (first: number, second: number, tie: number) =>
  (['first', 'second', 'tie'] as const).flatMap((choice: Choice, i) =>
    Array.from({ length: [first, second, tie][i] as number }, () => ({ annotator: 'a', choice })),
  );

describe('labelOf', () => {
  it.each([
    // first, second, tie votes; label by wins; by plurality
    [1, 0, 0, 'first', 'first'],
    [1, 2, 0, 'second', 'second'],
    [1, 1, 0, 'tie', 'tie'],
    [0, 0, 2, 'tie', 'tie'],
    [1, 0, 1, 'first', 'tie'],
    [1, 0, 2, 'first', 'tie'],
    [2, 1, 1, 'first', 'first'],
    [2, 2, 1, 'tie', 'tie'],
  ])('%i : %i with %i ties is %s by wins and %s by plurality', (first, second, tie, wins, plurality) => {
    expect(labelOf(votes(first, second, tie), 'wins')).toBe(wins);
    expect(labelOf(votes(first, second, tie), 'plurality')).toBe(plurality);
  });
});

describe('criterionLabels', () => {
  it('labels each criterion by the votes that say something about it', () => {
    const said = [
      { annotator: 'a', choice: 'first', verdicts: { helpful: 'first', harmless: 'second' } },
      { annotator: 'b', choice: 'first', verdicts: { helpful: 'first' } },
      { annotator: 'c', choice: 'first', verdicts: { helpful: 'second', fluent: 'tie' } },
      { annotator: 'd', choice: 'second' },
    ] as const;
    expect(criterionLabels(said, 'wins')).toEqual({ helpful: 'first', harmless: 'second', fluent: 'tie' });
    expect(criterionLabels([{ annotator: 'd', choice: 'second' }], 'wins')).toEqual({});
  });
});

describe('splitTies', () => {
  it('sets ties aside and gives the rest their margin in votes', () => {
    const items = itemsOf([
      ...['a', 'b', 'c'].map((name) => vote('y>x', name)),
      vote('x>y', 'd'),
      vote('x=z'),
    ]);
    const { strict, ties } = splitTies(items, 'wins');
    expect(strict).toEqual([{ item: items[0], chosen: 'second', winMargin: 2 }]);
    expect(ties).toEqual([items[1]]);
  });
});

describe('tossCoin', () => {
  const items = itemsOf(Array.from({ length: 400 }, (_, i) => vote('x=y', 'a', `prompt-${i}`)));

  it('is fair, and falls the same way whenever it is tossed', () => {
    const first = items.filter((item) => tossCoin(item).chosen === 'first').length;
    // Five standard deviations of 400 tosses are 50.
    expect(Math.abs(first - 200)).toBeLessThan(50);
    for (const item of items) expect(tossCoin(item)).toEqual(tossCoin({ ...item }));
    expect(tossCoin(items[0] as (typeof items)[number]).winMargin).toBe(0);
  });
});
