/** The preference graph of each prompt: answers and who beats whom, for looking at cycles. */
import type { Comparison } from '../types';
import { countCyclicTriples, cyclicEdges, type Edge } from './cycles';
import type { LabelRule } from './labels';
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
  const byPrompt = new Map<string, Edge[]>();
  for (const { item, chosen, winMargin } of splitTies(itemsOf(votes), rule).strict) {
    const { promptId } = item.record;
    const [first, second] = [item.first.responseId, item.second.responseId];
    const [winner, loser] = chosen === 'first' ? [first, second] : [second, first];
    byPrompt.set(promptId, [...(byPrompt.get(promptId) ?? []), { winner, loser, margin: winMargin }]);
  }
  return [...byPrompt].map(([promptId, edges]) => {
    const inCycle = new Set(cyclicEdges(edges));
    return {
      promptId,
      edges: edges.map((edge, i) => ({ ...edge, cyclic: inCycle.has(i) })),
      cyclicTriples: countCyclicTriples(edges),
    };
  });
}
