/** The same vote twice: one annotator, one pair of answers, one verdict. */
import type { Comparison } from '../types';
import { split, type Split } from './split';
import { choiceOf, itemKey } from './votes';

/** Keeps the first of equal votes. */
export function dropDuplicateVotes(votes: readonly Comparison[]): Split<Comparison> {
  const seen = new Set<string>();
  return split(votes, (vote) => {
    const key = JSON.stringify([itemKey(vote), vote.annotator, choiceOf(vote)]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
