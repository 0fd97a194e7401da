/** Differences between two policies, or two evaluations, on the same prompts. */
import { mean } from 'simple-statistics';
import { bootstrapMean, type BootstrapOptions } from './bootstrap';
import type { Interval } from '../intervals';
import { requireSamePrompts } from './judged';

export interface Difference {
  /** Mean over prompts of policy − baseline. */
  readonly difference: number;
  /** Paired bootstrap over prompts. */
  readonly differenceCi: Interval;
}

/**
 * Mean difference of one number a prompt. Pairing takes the difficulty of prompts out of the interval.
 *
 * @param policy number by prompt, e.g. from {@link meanByPrompt}.
 * @throws {InputError} when the prompts are not the same.
 */
export function pairedDifference(
  policy: ReadonlyMap<string, number>,
  baseline: ReadonlyMap<string, number>,
  options: BootstrapOptions,
): Difference {
  requireSamePrompts(policy, baseline);
  const differences = [...policy].map(([promptId, value]) => value - (baseline.get(promptId) as number));
  return { difference: mean(differences), differenceCi: bootstrapMean(differences, options) };
}
