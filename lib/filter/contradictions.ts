/** One annotator preferring each of two answers to the other: neither vote can be believed. */
import type { Comparison } from '../types';
import { split, type Split } from './split';
import { choiceOf, itemKey } from './votes';

/**
 * Removes all votes of an annotator on a pair of answers when they name both as the better one. A win and a tie do not
 * contradict each other.
 */
export function dropContradictoryVotes(votes: readonly Comparison[]): Split<Comparison> {
  const keyOf = (vote: Comparison): string => JSON.stringify([itemKey(vote), vote.annotator]);
  const choices = new Map<string, Set<string>>();
  for (const vote of votes) {
    const key = keyOf(vote);
    choices.set(key, (choices.get(key) ?? new Set()).add(choiceOf(vote)));
  }
  return split(votes, (vote) => {
    const made = choices.get(keyOf(vote));
    return !(made?.has('first') && made.has('second'));
  });
}
