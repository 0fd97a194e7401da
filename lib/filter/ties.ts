/** Items without a preferred answer say nothing to a ranking loss; the paper removes them. */
import { countChoices, labelOf, type LabelRule, type Preference } from './labels';
import type { Item } from './votes';

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
