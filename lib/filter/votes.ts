/** Votes → items: everything that was said about one unordered pair of answers to one prompt. */
import { groupBy } from '../group-by';
import type { Candidate, Comparison, PromptRecord } from '../types';

/** A verdict with its sides put in the order of the item. */
export type Choice = 'first' | 'second' | 'tie';

export interface ItemVote {
  readonly annotator: string;
  readonly choice: Choice;
  /** On single criteria, where the annotator was asked. */
  readonly verdicts?: Readonly<Record<string, Choice>>;
}

/** An unordered pair of answers; `first` has the smaller response id, whichever side it was shown on. */
export interface Item {
  readonly record: PromptRecord;
  readonly first: Candidate;
  readonly second: Candidate;
  readonly votes: readonly ItemVote[];
}

/** Equal for votes about the same pair of answers to the same prompt. */
export function itemKey({ promptId, a, b }: Comparison): string {
  return JSON.stringify([promptId, ...[a.responseId, b.responseId].sort()]);
}

/** The winner, or who wins on one criterion, in the order of the item. */
export function choiceOf({ a, b, winner }: Comparison, verdict = winner): Choice {
  if (verdict === 'tie') return 'tie';
  return (verdict === 'a') === a.responseId < b.responseId ? 'first' : 'second';
}

/** Groups votes into items, in the order of each item's first vote; texts and tags are that vote's. */
export function itemsOf(votes: readonly Comparison[]): Item[] {
  return [...groupBy(votes, itemKey).values()].map((own) => {
    const vote = own[0] as Comparison;
    const { a, b } = vote;
    const [first, second] = a.responseId < b.responseId ? [a, b] : [b, a];
    return { record: recordOf(vote), first, second, votes: own.map(itemVote) };
  });
}

function itemVote(vote: Comparison): ItemVote {
  return {
    annotator: vote.annotator,
    choice: choiceOf(vote),
    ...(vote.verdicts !== undefined && {
      verdicts: Object.fromEntries(
        Object.entries(vote.verdicts).map(([criterion, winner]) => [criterion, choiceOf(vote, winner)]),
      ),
    }),
  };
}

function recordOf({ promptId, prompt, task, language }: Comparison): PromptRecord {
  return {
    promptId,
    prompt,
    ...(task !== undefined && { task }),
    ...(language !== undefined && { language }),
  };
}
