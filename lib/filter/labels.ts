/** Items → labels: which answer the votes prefer, if any. */
import type { Candidate } from '../types';
import type { Choice, Item, ItemVote } from './votes';

/**
 * - `wins`: the answer with more wins; equal wins are a tie, however many votes say "tie".
 * - `plurality`: the most frequent of first, second and tie; a draw for the most frequent is a tie.
 */
export const labelRules = ['wins', 'plurality'] as const;
export type LabelRule = (typeof labelRules)[number];

export interface VoteCounts {
  readonly first: number;
  readonly second: number;
  readonly tie: number;
}

export function countChoices(votes: readonly Pick<ItemVote, 'choice'>[]): VoteCounts {
  const counts = { first: 0, second: 0, tie: 0 };
  for (const { choice } of votes) counts[choice]++;
  return counts;
}

export function labelOf(votes: readonly Pick<ItemVote, 'choice'>[], rule: LabelRule): Choice {
  const { first, second, tie } = countChoices(votes);
  if (first === second) return 'tie';
  const winner = first > second ? 'first' : 'second';
  return rule === 'wins' || Math.max(first, second) > tie ? winner : 'tie';
}

/** An item with a preferred answer: an edge of its prompt's preference graph. */
export interface Preference {
  readonly item: Item;
  readonly chosen: 'first' | 'second';
  /** Wins of the chosen answer less wins of the other, in votes. */
  readonly winMargin: number;
}

/** The preferred answer and the other one. */
export function sidesOf({ item, chosen }: Preference): { winner: Candidate; loser: Candidate } {
  const { first, second } = item;
  return chosen === 'first' ? { winner: first, loser: second } : { winner: second, loser: first };
}

/** Labels on single criteria, each of the votes that say something about it; none where no vote does. */
export function criterionLabels(votes: readonly ItemVote[], rule: LabelRule): Record<string, Choice> {
  const criteria = new Set(votes.flatMap(({ verdicts = {} }) => Object.keys(verdicts)));
  return Object.fromEntries(
    [...criteria].map((criterion) => {
      const own = votes.flatMap(({ verdicts }) => {
        const choice = verdicts?.[criterion];
        return choice === undefined ? [] : [{ choice }];
      });
      return [criterion, labelOf(own, rule)];
    }),
  );
}
