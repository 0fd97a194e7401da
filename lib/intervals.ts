/** Intervals, and Wilson's for shares: the reward model's scorecard and evaluation both give it. */
import { InputError } from './errors';

/** Lower and upper bound. */
export type Interval = readonly [number, number];

/**
 * 95% interval of a share p among n: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.96. Unlike the bootstrap it
 * has a width where the share is 0 or 1.
 *
 * @throws {InputError} when n is not positive.
 * @see Wilson 1927, Probable inference, the law of succession, and statistical inference.
 */
export function wilsonInterval(share: number, n: number): Interval {
  if (!(n > 0)) throw new InputError(`wilsonInterval: n must be > 0, got ${n}`);
  const z = 1.959964;
  const center = share + z ** 2 / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  const scale = 1 + z ** 2 / n;
  return [Math.max(0, (center - half) / scale), Math.min(1, (center + half) / scale)];
}
