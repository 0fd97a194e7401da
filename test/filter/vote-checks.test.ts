import { describe, expect, it } from 'vitest';
import { dropContradictoryVotes } from '../../lib/filter/contradictions';
import { dropDuplicateVotes } from '../../lib/filter/duplicates';
import { dropEmptyAnswers, dropIdenticalAnswers, mergeEqualAnswers } from '../../lib/filter/identical';
import type { Comparison } from '../../lib/types';
import { vote } from './make-vote';

const withTexts = (said: Comparison, a: string, b: string): Comparison => ({
  ...said,
  a: { ...said.a, text: a },
  b: { ...said.b, text: b },
});

describe('dropDuplicateVotes', () => {
  it('keeps the first of equal verdicts of one annotator, sides swapped or not', () => {
    const votes = [vote('x>y', 'm'), vote('x>y', 'm'), vote('y=x', 'm'), vote('x=y', 'm'), vote('x>y', 'n')];
    const { kept, removed } = dropDuplicateVotes(votes);
    expect(kept).toEqual([votes[0], votes[2], votes[4]]);
    expect(removed).toEqual([votes[1], votes[3]]);
  });

  it('takes equal verdicts on other prompts for other votes', () => {
    expect(dropDuplicateVotes([vote('x>y', 'm', '1'), vote('x>y', 'm', '2')]).removed).toEqual([]);
  });
});

describe('dropContradictoryVotes', () => {
  it('removes all verdicts of an annotator who named both answers, and leaves the others', () => {
    const votes = [vote('x>y', 'm'), vote('y>x', 'm'), vote('x=y', 'm'), vote('x>y', 'n'), vote('y>x', 'o')];
    expect(dropContradictoryVotes(votes).kept).toEqual([votes[3], votes[4]]);
  });

  it('lets a win and a tie stand', () => {
    expect(dropContradictoryVotes([vote('x>y'), vote('x=y')]).removed).toEqual([]);
  });
});

describe('answers that cannot be compared', () => {
  it('merges answers with equal texts within a prompt only', () => {
    const merged = mergeEqualAnswers([
      withTexts(vote('x>y'), 'same', 'other'),
      withTexts(vote('z>y'), 'same ', 'other'),
      withTexts(vote('z>y', 'ann', 'q'), 'same', 'other'),
    ]);
    expect(merged.map(({ a }) => a.responseId)).toEqual(['x', 'x', 'z']);
  });

  it('removes identical and empty answers, white space at the ends aside', () => {
    const votes = [
      withTexts(vote('x>y'), 'a', 'b'),
      withTexts(vote('x>y'), 'a', ' a\n'),
      withTexts(vote('x>y'), 'a', ' '),
    ];
    expect(dropIdenticalAnswers(votes).removed).toEqual([votes[1]]);
    expect(dropEmptyAnswers(votes).removed).toEqual([votes[2]]);
  });
});
