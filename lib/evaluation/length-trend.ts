/** How score follows length in a set of responses: a line to draw, and the correlation that belongs to it. */
import { linearRegression, mean, sampleCorrelation } from 'simple-statistics';
import { atEqualGold, withinPrompts, type ScoredResponse } from '../equal-quality';

export interface LengthPoint {
  readonly tokens: number;
  readonly score: number;
  /** Gold quality. */
  readonly gold?: number;
  readonly promptId?: string;
  readonly task?: string;
}

export interface LengthTrend {
  /** Score a token, and score at no tokens, of a line through the means. */
  readonly slope: number;
  readonly intercept: number;
  readonly correlation: number;
  /** Among answers of equal gold quality to one prompt; otherwise over all responses. */
  readonly atEqualQuality: boolean;
}

/**
 * Least squares of score on length. Where gold, prompt and task of every response are known, at equal quality: as in the scorecard of a
 * reward model, prompt means and what gold explains linearly in each task are taken out of score and length first.
 *
 * @returns undefined where score or length does not vary.
 */
export function lengthTrend(points: readonly LengthPoint[]): LengthTrend | undefined {
  const responses = points.map(({ tokens, ...point }) => ({ ...point, length: tokens }));
  const atEqualQuality = responses.length > 0 && responses.every(isWhole);
  const rows = atEqualQuality ? atEqualGold(withinPrompts(responses)) : responses;
  if (rows.length < 2) return undefined;
  const correlation = sampleCorrelation(
    rows.map(({ score }) => score),
    rows.map(({ length }) => length),
  );
  if (!Number.isFinite(correlation)) return undefined;
  const { m: slope } = linearRegression(rows.map(({ length, score }) => [length, score]));
  const intercept = mean(points.map(({ score }) => score)) - slope * mean(points.map(({ tokens }) => tokens));
  return { slope, intercept, correlation, atEqualQuality };
}

function isWhole(response: Partial<ScoredResponse>): response is Required<ScoredResponse> {
  return response.gold !== undefined && response.promptId !== undefined && response.task !== undefined;
}
