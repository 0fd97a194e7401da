/** How score follows length in a set of responses: a line to draw, and the correlation that belongs to it. */
import { linearRegression, mean, sampleCorrelation, sum } from 'simple-statistics';
import { groupBy } from '../group-by';

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
  const whole = points.filter(isWhole);
  const atEqualQuality = points.length > 0 && whole.length === points.length;
  const rows = atEqualQuality ? atEqualGold(whole) : points;
  if (rows.length < 2) return undefined;
  const correlation = sampleCorrelation(
    rows.map(({ score }) => score),
    rows.map(({ tokens }) => tokens),
  );
  if (!Number.isFinite(correlation)) return undefined;
  const { m: slope } = linearRegression(rows.map(({ tokens, score }) => [tokens, score]));
  const intercept = mean(points.map(({ score }) => score)) - slope * mean(points.map(({ tokens }) => tokens));
  return { slope, intercept, correlation, atEqualQuality };
}

type WholePoint = Required<LengthPoint>;
type Deviation = Pick<WholePoint, 'tokens' | 'score' | 'gold' | 'task'>;

function isWhole(point: LengthPoint): point is WholePoint {
  return point.gold !== undefined && point.promptId !== undefined && point.task !== undefined;
}

/** Prompts with one response say nothing. */
function atEqualGold(points: readonly WholePoint[]): Pick<LengthPoint, 'tokens' | 'score'>[] {
  const prompts = [...groupBy(points, ({ promptId }) => promptId).values()];
  const deviations = prompts.filter(({ length }) => length > 1).flatMap(fromMeans);
  return [...groupBy(deviations, ({ task }) => task).values()].flatMap(withoutGold);
}

function fromMeans(rows: readonly WholePoint[]): Deviation[] {
  const from = (value: (row: WholePoint) => number): ((row: WholePoint) => number) => {
    const middle = mean(rows.map(value));
    return (row) => value(row) - middle;
  };
  const [score, tokens, gold] = [
    from((row) => row.score),
    from((row) => row.tokens),
    from((row) => row.gold),
  ];
  return rows.map((row) => ({ score: score(row), tokens: tokens(row), gold: gold(row), task: row.task }));
}

function withoutGold(rows: readonly Deviation[]): Pick<LengthPoint, 'tokens' | 'score'>[] {
  const variation = sum(rows.map(({ gold }) => gold * gold));
  if (variation === 0) return [...rows];
  const explained = (value: (row: Deviation) => number): number =>
    sum(rows.map((row) => value(row) * row.gold)) / variation;
  const [ofScore, ofTokens] = [explained(({ score }) => score), explained(({ tokens }) => tokens)];
  return rows.map(({ score, tokens, gold }) => ({
    score: score - ofScore * gold,
    tokens: tokens - ofTokens * gold,
  }));
}
