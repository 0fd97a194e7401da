import { describe, expect, it } from 'vitest';
import {
  annotatorRows,
  cohenKappas,
  krippendorffAlpha,
  unanimity,
  votePairAgreement,
} from '../../lib/filter/agreement';
import { itemsOf } from '../../lib/filter/votes';
import { vote } from './make-vote';

// Four items, two annotators: three agreements (x, x, tie), one disagreement (x against y).
const items = itemsOf([
  ...['1', '2', '3'].map((prompt) => vote('x>y', 'm', prompt)),
  vote('x=y', 'm', '4'),
  ...['1', '2'].map((prompt) => vote('x>y', 'n', prompt)),
  vote('y>x', 'n', '3'),
  vote('x=y', 'n', '4'),
]);

describe('krippendorffAlpha', () => {
  it('equals the number worked out by hand', () => {
    // Totals: first 5, second 1, tie 2; n = 8. Observed disagreement 2; expected Σ n_c(n − n_c) = 15 + 7 + 12 = 34.
    expect(krippendorffAlpha(items)).toBeCloseTo(1 - (7 * 2) / 34, 12);
  });

  it("equals the number of Krippendorff's example with missing verdicts, three categories of it", () => {
    // Votes by item: 1,1,2 | 2,2 | 3,3,3 | 1 alone, which does not count.
    const said = { '1': 'x>y', '2': 'y>x', '3': 'x=y' } as const;
    const votes = (['112', '22', '333', '1'] as const).flatMap((row, item) =>
      [...row].map((category, i) => vote(said[category as '1' | '2' | '3'], `ann${i}`, `${item}`)),
    );
    // n = 8: totals 2, 3, 3. Observed (2·1 + 1·2)/2 = 2; expected 2·6 + 3·5 + 3·5 = 42.
    expect(krippendorffAlpha(itemsOf(votes))).toBeCloseTo(1 - (7 * 2) / 42, 12);
  });

  it('is 1 in full agreement and null where nothing can be said', () => {
    expect(
      krippendorffAlpha(itemsOf([vote('x>y', 'm'), vote('x>y', 'n'), vote('x=z', 'm'), vote('x=z', 'n')])),
    ).toBe(1);
    expect(krippendorffAlpha(itemsOf([vote('x>y', 'm'), vote('x=z', 'n')]))).toBeNull();
    expect(krippendorffAlpha([])).toBeNull();
  });
});

describe('votePairAgreement', () => {
  it('counts pairs of votes, with and without ties', () => {
    expect(votePairAgreement(items)).toEqual({
      votePairs: 4,
      agreement: 0.75,
      strictVotePairs: 3,
      strictAgreement: 2 / 3,
    });
  });

  it('does not count an annotator against himself', () => {
    expect(votePairAgreement(itemsOf([vote('x>y', 'm'), vote('x=y', 'm')])).votePairs).toBe(0);
  });
});

describe('cohenKappas', () => {
  it('equals the number worked out by hand', () => {
    // p_o = 3/4; p_e = 3/4·2/4 (x) + 0·1/4 (y) + 1/4·1/4 (tie) = 7/16.
    const [row] = cohenKappas(items);
    expect(row).toMatchObject({ annotators: ['m', 'n'], items: 4, agreement: 0.75 });
    expect(row?.kappa).toBeCloseTo((3 / 4 - 7 / 16) / (9 / 16), 12);
  });

  it('puts the pair with most common items first, and is null where chance explains all', () => {
    const rows = cohenKappas(
      itemsOf([vote('x>y', 'm'), vote('x>y', 'n'), vote('x>y', 'o'), vote('x=z', 'n'), vote('x=z', 'o')]),
    );
    expect(rows.map(({ annotators, items: shared }) => [annotators.join(''), shared])).toEqual([
      ['no', 2],
      ['mn', 1],
      ['mo', 1],
    ]);
    expect(rows[1]?.kappa).toBeNull();
  });
});

describe('annotatorRows', () => {
  it('gives tie rates and the agreement with the label of the others', () => {
    const rows = annotatorRows(
      itemsOf([vote('x>y', 'm'), vote('x>y', 'n'), vote('y>x', 'o'), vote('x=z', 'm'), vote('q>r', 'o')]),
      'wins',
    );
    // m: the others on xy are split, a tie, and m said x. n: the same. o: the others say x.
    expect(rows).toEqual([
      { annotator: 'm', votes: 2, tieRate: 0.5, sharedVotes: 1, leaveOneOutAgreement: 0 },
      { annotator: 'o', votes: 2, tieRate: 0, sharedVotes: 1, leaveOneOutAgreement: 0 },
      { annotator: 'n', votes: 1, tieRate: 0, sharedVotes: 1, leaveOneOutAgreement: 0 },
    ]);
    expect(annotatorRows(items, 'wins').map((row) => row.leaveOneOutAgreement)).toEqual([0.75, 0.75]);
  });
});

describe('unanimity', () => {
  it('counts items with several votes and those where all are equal', () => {
    expect(unanimity(items)).toEqual({ judgedTwice: 4, unanimous: 3 });
  });
});
