/** Advantages of responses within the group of their prompt: plain numbers, no gradient flows here. */
import { scaleEpsilon, type Group } from '../groups';
import { moments } from '../scores';

/**
 * Leave-one-out advantages: A_i = r_i − mean of the other rewards of its group; with `normalizeAdvantages` then
 * (A − Ā) / (s + 1e-4) over all responses, s the unbiased standard deviation. In a group whose rewards differ by
 * rounding alone every advantage is 0.
 *
 * @returns one per response, in the order of the groups.
 * @see Ahmadian et al. 2024, eq. 7 (arXiv:2402.14740).
 */
export function rlooAdvantages(groups: readonly Group[], normalizeAdvantages: boolean): number[] {
  const advantages = groups.flatMap(({ rewards, mean, varies }) =>
    rewards.map((reward) => (varies ? reward - (mean * rewards.length - reward) / (rewards.length - 1) : 0)),
  );
  if (!normalizeAdvantages) return advantages;
  const { mean, std } = moments(advantages);
  return advantages.map((advantage) => (advantage - mean) / (std + scaleEpsilon));
}
