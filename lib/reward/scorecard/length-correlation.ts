/** Whether scores follow length beyond what quality explains: the measure of length bias. */
import { mean, sampleCorrelation, sum } from 'simple-statistics';
import { groupBy } from '../../group-by';

export interface ScoredResponse {
  readonly score: number;
  /** Response tokens. */
  readonly length: number;
  /** True quality, where it is known. */
  readonly gold?: number;
  readonly promptId: string;
  readonly task: string;
}

export interface LengthCorrelation {
  /** Correlation of score and length over all responses. */
  readonly raw: number;
  /** The same among the answers to one prompt. */
  readonly withinPrompt: number;
  /** The same at equal gold quality; missing where gold is not known for every response. */
  readonly equalQuality?: number;
  /** Responses that stand beside another one to the same prompt; `withinPrompt` and `equalQuality` are over these. */
  readonly n: number;
}

/**
 * Correlation of score s and length ℓ. `withinPrompt` correlates s − s̄ₚ with ℓ − ℓ̄ₚ (bars: means over prompt p), so that
 * prompts which ask for long answers do not count. `equalQuality` is the partial correlation given gold g: in each task,
 * what gold explains linearly is taken out of both,
 *
 * e = x − x̄ₚ − b(g − ḡₚ) with b = Σ(x − x̄ₚ)(g − ḡₚ) / Σ(g − ḡₚ)² over the task's responses, for x = s and x = ℓ,
 *
 * and the two residuals are correlated over all tasks. 0: at equal quality, longer answers score no higher.
 *
 * @returns NaN where one of the two does not vary.
 */
export function lengthCorrelation(responses: readonly ScoredResponse[]): LengthCorrelation {
  const groups = [...groupBy(responses, (row) => row.promptId).values()].filter((group) => group.length > 1);
  const rows = groups.flatMap(demean);
  const goldKnown = responses.length > 0 && responses.every((row) => row.gold !== undefined);
  return {
    raw: correlate(responses),
    withinPrompt: correlate(rows),
    ...(goldKnown && {
      equalQuality: correlate([...groupBy(rows, (row) => row.task).values()].flatMap(withoutGold)),
    }),
    n: rows.length,
  };
}

/** Pearson's; NaN where one of the two does not vary. */
function correlate(rows: readonly Pick<ScoredResponse, 'score' | 'length'>[]): number {
  if (rows.length < 2) return NaN;
  return sampleCorrelation(
    rows.map((row) => row.score),
    rows.map((row) => row.length),
  );
}

/** Deviations from the prompt's means. */
interface Deviation {
  readonly score: number;
  readonly length: number;
  readonly gold: number;
  readonly task: string;
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
