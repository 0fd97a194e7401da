/** Whether scores follow length beyond what quality explains: the measure of length bias. */
import { sampleCorrelation } from 'simple-statistics';
import { atEqualGold, withinPrompts, type ScoredResponse } from '../../equal-quality';

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
 * prompts which ask for long answers do not count. `equalQuality` is the partial correlation given gold g: that of the
 * residuals of both ({@link atEqualGold}) over all tasks. 0: at equal quality, longer answers score no higher.
 *
 * @returns NaN where one of the two does not vary.
 */
export function lengthCorrelation(responses: readonly ScoredResponse[]): LengthCorrelation {
  const rows = withinPrompts(responses);
  const goldKnown = responses.length > 0 && responses.every((row) => row.gold !== undefined);
  return {
    raw: correlate(responses),
    withinPrompt: correlate(rows),
    ...(goldKnown && { equalQuality: correlate(atEqualGold(rows)) }),
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
