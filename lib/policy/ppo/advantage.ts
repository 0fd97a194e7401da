/** Rewards and advantages of rollouts: plain numbers, no gradient flows here. */
import { InputError } from '../../errors';

/** One value a response token, of one response. */
export type PerToken = ArrayLike<number>;

/**
 * Reward of every token: −klCoef · kl_t, plus the score on the last one. The last token is the end-of-turn token when the
 * response is finished: the score never sits on padding.
 *
 * @param kl log π − log π_ref of the tokens sampled, nats.
 * @param score of the whole response, penalties and baseline included.
 */
export function tokenRewards(kl: PerToken, score: number, klCoef: number): Float32Array {
  if (kl.length === 0) throw new InputError('tokenRewards: a response needs at least one token');
  const rewards = Float32Array.from({ length: kl.length }, (_, t) => -klCoef * (kl[t] as number));
  (rewards[kl.length - 1] as number) += score;
  return rewards;
}

export interface Advantages {
  readonly advantages: Float32Array;
  /** advantages + values: what the value head learns. */
  readonly returns: Float32Array;
}

/**
 * Generalized advantage estimation over one response: δ_t = r_t + γ·v_{t+1} − v_t, A_t = δ_t + γλ·A_{t+1}; after the last
 * token value and advantage are 0.
 *
 * @see Schulman et al. 2016, eq. 16 (arXiv:1506.02438).
 */
export function gae(rewards: PerToken, values: PerToken, gamma: number, lam: number): Advantages {
  const R = rewards.length;
  const advantages = new Float32Array(R);
  let next = 0;
  for (let t = R - 1; t >= 0; t--) {
    const nextValue = t + 1 < R ? (values[t + 1] as number) : 0;
    const delta = (rewards[t] as number) + gamma * nextValue - (values[t] as number);
    next = delta + gamma * lam * next;
    advantages[t] = next;
  }
  return { advantages, returns: advantages.map((advantage, t) => advantage + (values[t] as number)) };
}

/**
 * Divides all tokens' numbers by their common standard deviation, and with `shiftMean` makes their mean 0. The variance is
 * the unbiased one, as in the implementations this is compared with.
 */
export function whiten(rows: readonly Float32Array[], shiftMean: boolean): Float32Array[] {
  const all = rows.flatMap((row) => [...row]);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length - 1);
  const scale = 1 / Math.sqrt(variance + 1e-8);
  return rows.map((row) => row.map((value) => (value - mean) * scale + (shiftMean ? 0 : mean)));
}
