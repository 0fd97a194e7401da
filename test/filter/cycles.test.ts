import { describe, expect, it } from 'vitest';
import { countCyclicTriples, cyclicEdges, edgesToRemove, type Edge } from '../../lib/filter/cycles';
import { createRng } from '../../lib/random';

/** `a>b:2` is an edge with margin 2. */
const edges = (...said: readonly string[]): Edge[] =>
  said.map((text) => {
    const [, winner = '', loser = '', margin = '1'] = /^(\w)>(\w)(?::(\d+))?$/.exec(text) ?? [];
    return { winner, loser, margin: Number(margin) };
  });

describe('cyclicEdges', () => {
  it('finds the edges of a triangle and not those that lead in or out', () => {
    expect(cyclicEdges(edges('a>b', 'b>c', 'c>a', 'x>a', 'b>y'))).toEqual([0, 1, 2]);
  });

  it('finds two answers that beat each other, and nothing in an order', () => {
    expect(cyclicEdges(edges('a>b', 'b>a'))).toEqual([0, 1]);
    expect(cyclicEdges(edges('a>b', 'a>c', 'b>c'))).toEqual([]);
  });

  it('does not confuse names that look like keys', () => {
    const odd = [
      { winner: '\u0001', loser: 'a\u0001b', margin: 1 },
      { winner: 'a\u0001b', loser: '__proto__', margin: 1 },
      { winner: '__proto__', loser: '\u0001', margin: 1 },
    ];
    expect(cyclicEdges(odd)).toEqual([0, 1, 2]);
  });
});

describe('edgesToRemove', () => {
  const graph = edges('a>b:3', 'b>c:1', 'c>a:2', 'a>x:1', 'b>x:4', 'c>x:2', 'y>x:1');

  it('drop: removes every edge of the cycle and no other', () => {
    expect(edgesToRemove(graph, 'drop')).toEqual([0, 1, 2]);
  });

  it('weakest: removes the edge with the smallest margin', () => {
    expect(edgesToRemove(graph, 'weakest')).toEqual([1]);
  });

  it('weakest: removes the first of equal edges, and goes on while there are cycles', () => {
    // Without a>b the cycle b>c>d>b is left.
    expect(edgesToRemove(edges('a>b', 'b>c:2', 'c>a:2', 'c>d:2', 'd>b:3'), 'weakest')).toEqual([0, 1]);
  });

  it('merge: also keeps only the strongest of the edges between the merged answer and another', () => {
    expect(edgesToRemove(graph, 'merge')).toEqual([0, 1, 2, 3, 5]);
  });

  it('keep: removes nothing', () => {
    expect(edgesToRemove(graph, 'keep')).toEqual([]);
  });

  it('removes nothing where there is no cycle', () => {
    for (const policy of ['drop', 'weakest', 'merge'] as const) {
      expect(edgesToRemove(edges('a>b', 'a>c', 'b>c'), policy)).toEqual([]);
    }
  });
});

/** Whether a path leads from one answer to another, by trying all edges again and again. */
function leadsTo(graph: readonly Edge[], from: string, to: string): boolean {
  const reached = new Set([from]);
  for (let size = 0; size < reached.size;) {
    size = reached.size;
    for (const { winner, loser } of graph) if (reached.has(winner)) reached.add(loser);
  }
  return reached.has(to);
}

/** An edge lies in a cycle exactly when its loser leads back to its winner. */
const bruteForce = (graph: readonly Edge[]): number[] =>
  graph.flatMap(({ winner, loser }, i) => (leadsTo(graph, loser, winner) ? [i] : []));

function bruteForceTriples(graph: readonly Edge[], nodes: readonly string[]): number {
  const has = (from: string, to: string): boolean =>
    graph.some(({ winner, loser }) => winner === from && loser === to);
  let count = 0;
  for (const a of nodes) {
    for (const b of nodes) {
      for (const c of nodes) {
        // The smallest name stands first, so each cycle is met once.
        if (a < b && a < c && b !== c && has(a, b) && has(b, c) && has(c, a)) count++;
      }
    }
  }
  return count;
}

describe('on 300 random graphs', () => {
  const graphs = Array.from({ length: 300 }, (_, index) => {
    const rng = createRng(index);
    const nodes = 'abcdefghij'.slice(0, 3 + rng.integer(6)).split('');
    const density = 0.1 + 0.8 * rng.uniform();
    const graph: Edge[] = [];
    for (const [i, a] of nodes.entries()) {
      for (const b of nodes.slice(i + 1)) {
        if (!rng.chance(density)) continue;
        const [winner, loser] = rng.chance(0.5) ? [a, b] : [b, a];
        graph.push({ winner, loser, margin: 1 + rng.integer(3) });
      }
    }
    return { nodes, graph };
  });

  it('the cycle finder and the triple count equal brute force', () => {
    for (const { nodes, graph } of graphs) {
      expect(cyclicEdges(graph)).toEqual(bruteForce(graph));
      expect(countCyclicTriples(graph)).toBe(bruteForceTriples(graph, nodes));
    }
    expect(graphs.filter(({ graph }) => bruteForce(graph).length > 0).length).toBeGreaterThan(100);
  });

  it('no policy leaves a cycle; weakest removes only cyclic edges and at most as many as drop, merge at least as many', () => {
    for (const { graph } of graphs) {
      const removed = (policy: 'drop' | 'weakest' | 'merge'): number[] => edgesToRemove(graph, policy);
      for (const policy of ['drop', 'weakest', 'merge'] as const) {
        const gone = new Set(removed(policy));
        expect(bruteForce(graph.filter((_, i) => !gone.has(i)))).toEqual([]);
      }
      expect(removed('drop')).toEqual(expect.arrayContaining(removed('weakest')));
      expect(removed('merge')).toEqual(expect.arrayContaining(removed('drop')));
    }
  });
});
