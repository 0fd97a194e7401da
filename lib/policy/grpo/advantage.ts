/** Advantages of responses within the group of their prompt: plain numbers, no gradient flows here. */
import { scaleEpsilon, type Group } from '../groups';
import { moments } from '../scores';

export const advantageScales = ['group', 'batch', 'none'] as const;
export type AdvantageScale = (typeof advantageScales)[number];

/**
 * Group relative advantages: A_i = (r_i − r̄) / (s + 1e-4), r̄ the mean of the response's group and s the unbiased standard
 * deviation of the group (`group`) or of all responses (`batch`); with `none` A_i = r_i − r̄. In a group whose rewards differ by
 * rounding alone every advantage is 0.
 *
 * @returns one per response, in the order of the groups.
 * @see Shao et al. 2024, section 4.1.2 (arXiv:2402.03300); `none`: Liu et al. 2025 (arXiv:2503.20783).
 */
export function grpoAdvantages(groups: readonly Group[], scaleRewards: AdvantageScale): number[] {
  const all = moments(groups.flatMap(({ rewards }) => rewards));
  return groups.flatMap(({ rewards, mean, std, varies }) => {
    const scale = { group: std + scaleEpsilon, batch: all.std + scaleEpsilon, none: 1 }[scaleRewards];
    return rewards.map((reward) => (varies ? (reward - mean) / scale : 0));
  });
}
