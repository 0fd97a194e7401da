/** Cyclic preferences: a > b > c > a. Edges lie in a cycle exactly when both ends are in one strongly connected component. */
import { alg, Graph } from '@dagrejs/graphlib';

/** A preference among the answers to one prompt. */
export interface Edge {
  readonly winner: string;
  readonly loser: string;
  /** Wins less losses, in votes; the weakest edge of a cycle has the smallest. */
  readonly margin: number;
}

/**
 * - `drop`: removes every edge inside a component; they are in a cycle, and nothing says which of them is wrong.
 * - `weakest`: removes the edge with the smallest margin inside each component (the first of equals in input order), and
 *   looks again, until no cycle is left. Keeps the most pairs.
 * - `merge`: takes the answers of a component for one answer, as good as each other. Edges inside it go; of the edges
 *   between two such answers (all of one direction, or they would be one component) the one with the largest margin
 *   stays (the first of equals), for they say the same thing. Keeps the fewest pairs.
 * - `keep`: removes nothing; what the others are compared with.
 */
export const cyclePolicies = ['drop', 'weakest', 'merge', 'keep'] as const;
export type CyclePolicy = (typeof cyclePolicies)[number];

/** Number of each node's strongly connected component (Tarjan 1972). */
function componentsOf(edges: readonly Edge[]): ReadonlyMap<string, number> {
  // Names may be whole texts; graphlib joins names into keys, so nodes go in under numbers.
  const numbers = new Map<string, string>();
  const nodeOf = (name: string): string => {
    const number = numbers.get(name) ?? String(numbers.size);
    numbers.set(name, number);
    return number;
  };
  const graph = new Graph({ directed: true });
  for (const { winner, loser } of edges) graph.setEdge(nodeOf(winner), nodeOf(loser));
  const components = new Map<string, number>();
  alg.tarjan(graph).forEach((nodes, i) => nodes.forEach((node) => components.set(node, i)));
  return new Map([...numbers].map(([name, number]) => [name, components.get(number) as number]));
}

/** Indices of the edges that lie in a cycle. */
export function cyclicEdges(edges: readonly Edge[]): number[] {
  // One edge makes no cycle: most prompts have no more.
  if (edges.length < 2) return [];
  const component = componentsOf(edges);
  return indicesWhere(edges, ({ winner, loser }) => component.get(winner) === component.get(loser));
}

/** Indices of the edges that a policy removes; what is left has no cycle, unless the policy is `keep`. */
export function edgesToRemove(edges: readonly Edge[], policy: CyclePolicy): number[] {
  if (policy === 'keep') return [];
  if (policy === 'drop') return cyclicEdges(edges);
  return policy === 'weakest' ? weakestEdges(edges) : mergedEdges(edges);
}

function weakestEdges(edges: readonly Edge[]): number[] {
  const left = new Set(edges.keys());
  for (;;) {
    const indices = [...left];
    const remaining = indices.map((i) => edges[i] as Edge);
    const inside = cyclicEdges(remaining);
    if (inside.length === 0) return indicesWhere(edges, (_, i) => !left.has(i));
    const component = componentsOf(remaining);
    const weakest = new Map<number, number>();
    for (const k of inside) {
      const edge = remaining[k] as Edge;
      const where = component.get(edge.winner) as number;
      const least = weakest.get(where);
      if (least === undefined || edge.margin < (remaining[least] as Edge).margin) weakest.set(where, k);
    }
    for (const k of weakest.values()) left.delete(indices[k] as number);
  }
}

function mergedEdges(edges: readonly Edge[]): number[] {
  const inside = new Set(cyclicEdges(edges));
  if (inside.size === 0) return [];
  const component = componentsOf(edges);
  const strongest = new Map<string, number>();
  edges.forEach(({ winner, loser, margin }, i) => {
    if (inside.has(i)) return;
    const between = `${component.get(winner)}>${component.get(loser)}`;
    const most = strongest.get(between);
    if (most === undefined || margin > (edges[most] as Edge).margin) strongest.set(between, i);
  });
  const stays = new Set(strongest.values());
  return indicesWhere(edges, (_, i) => !stays.has(i));
}

/** How many triples of answers form a cycle a > b > c > a. */
export function countCyclicTriples(edges: readonly Edge[]): number {
  const beats = new Map<string, Set<string>>();
  for (const { winner, loser } of edges) beats.set(winner, (beats.get(winner) ?? new Set()).add(loser));
  let closed = 0;
  for (const [a, losers] of beats) {
    for (const b of losers) for (const c of beats.get(b) ?? []) if (c !== a && beats.get(c)?.has(a)) closed++;
  }
  // Each cycle was met from each of its three answers.
  return closed / 3;
}

function indicesWhere<T>(rows: readonly T[], holds: (row: T, index: number) => boolean): number[] {
  return rows.flatMap((row, i) => (holds(row, i) ? [i] : []));
}
