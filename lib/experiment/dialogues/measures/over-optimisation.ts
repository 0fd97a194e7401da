/** When a policy in training begins to please the reward model alone. */
import { pointAt } from '../../../evaluation/frontier';
import type { CurvePoint } from '../../results';

/**
 * Of a course: `peakGold`, its highest gold, `peakKl`, how far it was from SFT then (nats), and `goldAt9Nats`, left out
 * where it never went so far: at one distance courses can be compared, for after as many steps they are unequally far.
 */
export function overOptimisation(course: readonly CurvePoint[]): Record<string, number> {
  const [first, ...later] = course;
  if (first === undefined) return {};
  const peak = later.reduce((best, point) => (point.gold > best.gold ? point : best), first);
  const goldAt9Nats = goldAt(course, 9);
  return { peakGold: peak.gold, peakKl: peak.kl, ...(goldAt9Nats !== undefined && { goldAt9Nats }) };
}

/**
 * Gold of a course where it first passes a divergence, linear in √KL between its points.
 *
 * @param kl nats.
 */
export function goldAt(course: readonly CurvePoint[], kl: number): number | undefined {
  const wanted = pointAt(kl).sqrtKl;
  const points = course.map((point) => ({ root: pointAt(point.kl).sqrtKl, gold: point.gold }));
  const passage = points
    .slice(1)
    .map((after, i) => ({ before: points[i] as (typeof points)[number], after }))
    .find(({ before, after }) => before.root <= wanted && wanted <= after.root);
  if (passage === undefined) return undefined;
  const { before, after } = passage;
  const way = after.root - before.root;
  const share = way === 0 ? 0 : (wanted - before.root) / way;
  return before.gold + share * (after.gold - before.gold);
}
