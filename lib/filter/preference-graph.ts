/** The preference graph of each prompt: answers and who beats whom, for looking at cycles. */
import { withDistinctIds } from '../distinct-ids';
import { groupBy } from '../group-by';
import type { Comparison } from '../types';
import { countCyclicTriples, cyclicEdges, type Edge } from './cycles';
import { sidesOf, type LabelRule, type Preference } from './labels';
import { splitTies } from './ties';
import { itemsOf } from './votes';

export interface GraphEdge extends Edge {
  /** Whether it lies in a cycle. */
  readonly cyclic: boolean;
}

export interface PreferenceGraph {
  readonly promptId: string;
  readonly edges: readonly GraphEdge[];
  /** Triples a > b > c > a. */
  readonly cyclicTriples: number;
}

/** A graph for every prompt with a preference, in the order of the votes. */
export function preferenceGraphs(votes: readonly Comparison[], rule: LabelRule = 'wins'): PreferenceGraph[] {
  const byPrompt = groupBy(
    splitTies(itemsOf(withDistinctIds(votes).votes), rule).strict,
    ({ item }) => item.record.promptId,
  );
  return [...byPrompt].map(([promptId, preferences]) => {
    const edges = preferences.map(edgeOf);
    const inCycle = new Set(cyclicEdges(edges));
    return {
      promptId,
      edges: edges.map((edge, i) => ({ ...edge, cyclic: inCycle.has(i) })),
      cyclicTriples: countCyclicTriples(edges),
    };
  });
}

export function edgeOf(preference: Preference): Edge {
  const { winner, loser } = sidesOf(preference);
  return { winner: winner.responseId, loser: loser.responseId, margin: preference.winMargin };
}
