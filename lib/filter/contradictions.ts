/** One annotator preferring each of two answers to the other: neither vote can be believed. */
import { groupBy } from '../group-by';
import type { Comparison } from '../types';
import { split, type Split } from './split';
import { choiceOf, itemKey } from './votes';

/**
 * Removes all votes of an annotator on a pair of answers when they name both as the better one. A win and a tie do not
 * contradict each other.
 */
export function dropContradictoryVotes(votes: readonly Comparison[]): Split<Comparison> {
  const keyOf = (vote: Comparison): string => JSON.stringify([itemKey(vote), vote.annotator]);
  const contradictory = new Set(
    [...groupBy(votes, keyOf)].filter(([, own]) => isContradictory(own)).map(([key]) => key),
  );
  return split(votes, (vote) => !contradictory.has(keyOf(vote)));
}

function isContradictory(votes: readonly Comparison[]): boolean {
  const choices = new Set(votes.map((vote) => choiceOf(vote)));
  return choices.has('first') && choices.has('second');
}
