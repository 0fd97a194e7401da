/** When a policy in training begins to please the reward model alone. */
import type { CurvePoint } from '../results';

/** The distance, in nats, at which courses are compared: policies that went on to the same step went unequally far. */
const comparedAt = 9;

/**
 * Of a course: `peakGold`, the most that was true of it, `peakKl`, how far it was from SFT then (nats), and `goldAt9Nats`, left out
 * where it never went so far.
 */
export function overOptimisation(course: readonly CurvePoint[]): Record<string, number> {
  const [first, ...later] = course;
  if (first === undefined) return {};
  const peak = later.reduce((best, point) => (point.gold > best.gold ? point : best), first);
  const compared = goldAt(course, comparedAt);
  return {
    peakGold: peak.gold,
    peakKl: peak.kl,
    ...(compared !== undefined && { [`goldAt${comparedAt}Nats`]: compared }),
  };
}

/**
 * Gold of a course where it first passes a divergence, linear in √KL between its points.
 *
 * @param kl nats.
 */
export function goldAt(course: readonly CurvePoint[], kl: number): number | undefined {
  const root = (point: CurvePoint): number => Math.sqrt(Math.max(0, point.kl));
  const wanted = Math.sqrt(kl);
  for (const [i, after] of course.entries()) {
    const before = course[i - 1];
    if (before === undefined || root(before) > wanted || root(after) < wanted) continue;
    const way = root(after) - root(before);
    const share = way === 0 ? 0 : (wanted - root(before)) / way;
    return before.gold + share * (after.gold - before.gold);
  }
  return undefined;
}
