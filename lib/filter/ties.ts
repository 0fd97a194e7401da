/** Items without a preferred answer say nothing to a ranking loss; the paper removes them. */
import { createRng } from '../random';
import { countChoices, labelOf, type LabelRule, type Preference } from './labels';
import type { Item } from './votes';

/**
 * - `drop`: removes them.
 * - `coin`: a coin chooses, the same for the same answers whenever it is tossed; what dropping is compared with.
 */
export const tiePolicies = ['drop', 'coin'] as const;
export type TiePolicy = (typeof tiePolicies)[number];

/** Labels every item and sets the ties aside. */
export function splitTies(
  items: readonly Item[],
  rule: LabelRule,
): { readonly strict: readonly Preference[]; readonly ties: readonly Item[] } {
  const strict: Preference[] = [];
  const ties: Item[] = [];
  for (const item of items) {
    const label = labelOf(item.votes, rule);
    if (label === 'tie') {
      ties.push(item);
      continue;
    }
    const { first, second } = countChoices(item.votes);
    strict.push({ item, chosen: label, winMargin: Math.abs(first - second) });
  }
  return { strict, ties };
}

/** A label for a tie, by a coin. */
export function tossCoin(item: Item): Preference {
  const { record, first, second } = item;
  const heads = createRng(JSON.stringify([record.promptId, first.responseId, second.responseId])).chance(0.5);
  return { item, chosen: heads ? 'first' : 'second', winMargin: 0 };
}
