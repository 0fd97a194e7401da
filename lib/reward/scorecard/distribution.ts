/** How scores are spread, overall and by task: tasks whose scores lie apart are why PPO subtracts a baseline. */
import { mean, standardDeviation } from 'simple-statistics';
import { groupBy } from '../../group-by';

export interface Distribution {
  readonly n: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  /** Third standardised moment; 0 when the scores are all equal. */
  readonly skew: number;
}

/** Mean m, standard deviation √(Σ(s−m)²/n) and skewness Σ(s−m)³/n / std³ of scores. NaN of nothing. */
export function distribution(scores: readonly number[]): Distribution {
  if (scores.length === 0) return { n: 0, mean: NaN, std: NaN, skew: NaN };
  const center = mean(scores);
  const std = standardDeviation(scores);
  const third = mean(scores.map((score) => (score - center) ** 3));
  return { n: scores.length, mean: center, std, skew: std === 0 ? 0 : third / std ** 3 };
}

/** One {@link distribution} a task. */
export function distributionByTask(
  responses: readonly { readonly score: number; readonly task: string }[],
): Record<string, Distribution> {
  return Object.fromEntries(
    [...groupBy(responses, (row) => row.task)].map(([task, rows]) => [
      task,
      distribution(rows.map((row) => row.score)),
    ]),
  );
}
