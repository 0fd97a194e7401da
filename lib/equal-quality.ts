/** Score and length of responses with what prompts and quality explain taken out: what is left is how the score follows length. */
import { mean, sum } from 'simple-statistics';
import { groupBy } from './group-by';

export interface ScoredResponse {
  readonly score: number;
  /** Response tokens. */
  readonly length: number;
  /** True quality, where it is known. */
  readonly gold?: number;
  readonly promptId: string;
  readonly task: string;
}

/** A response less the means of its prompt. */
export interface Deviation {
  readonly score: number;
  readonly length: number;
  readonly gold: number;
  readonly task: string;
}

/** Deviations s − s̄ₚ, ℓ − ℓ̄ₚ and g − ḡₚ from the means over each prompt p. Prompts with one response say nothing and are left out. */
export function withinPrompts(responses: readonly ScoredResponse[]): Deviation[] {
  return [...groupBy(responses, (row) => row.promptId).values()]
    .filter((group) => group.length > 1)
    .flatMap(demean);
}

/**
 * The same with what gold g explains linearly in each task taken out of score and length:
 *
 * e = x − x̄ₚ − b(g − ḡₚ) with b = Σ(x − x̄ₚ)(g − ḡₚ) / Σ(g − ḡₚ)² over the task's responses, for x = s and x = ℓ.
 */
export function atEqualGold(deviations: readonly Deviation[]): Deviation[] {
  return [...groupBy(deviations, (row) => row.task).values()].flatMap(withoutGold);
}

function demean(group: readonly ScoredResponse[]): Deviation[] {
  const score = mean(group.map((row) => row.score));
  const length = mean(group.map((row) => row.length));
  const gold = mean(group.map((row) => row.gold ?? 0));
  return group.map((row) => ({
    score: row.score - score,
    length: row.length - length,
    gold: (row.gold ?? 0) - gold,
    task: row.task,
  }));
}

/** Takes out of score and length what is linear in gold. */
function withoutGold(rows: readonly Deviation[]): Deviation[] {
  const variance = sum(rows.map(({ gold }) => gold * gold));
  const slope = (of: 'score' | 'length'): number =>
    variance === 0 ? 0 : sum(rows.map((row) => row[of] * row.gold)) / variance;
  const score = slope('score');
  const length = slope('length');
  return rows.map((row) => ({
    ...row,
    score: row.score - score * row.gold,
    length: row.length - length * row.gold,
  }));
}
