/** Pairs for DPO from the policy's own samples, labelled by the reward model: the paper's way. */
import type { PreferencePair, Rollout } from '../../types';

export interface ScoredRollout extends Rollout {
  readonly score: number;
}

/**
 * For each prompt the highest-scored sample against the lowest-scored one, unless their scores differ by no more than
 * `minScoreGap`, or their texts are the same. Samples that were cut off count as they are: without an end they are worse.
 *
 * @param rollouts K samples a prompt, in any order.
 *
 * @example
 * ```ts
 * import { pairsFromSamples } from 'rlhf-kit';
 *
 * const asked = { promptId: 'p1', prompt: 'What is 2 + 2?', finished: true, responseTokens: 3 };
 * const rollouts = [
 *   { ...asked, response: 'Four.', score: 1.2 },
 *   { ...asked, response: 'Five.', score: -0.3 },
 * ];
 * console.log(pairsFromSamples(rollouts, 0.5)[0]?.chosen); // Four.
 * ```
 */
export function pairsFromSamples(rollouts: readonly ScoredRollout[], minScoreGap = 0): PreferencePair[] {
  const groups = new Map<string, ScoredRollout[]>();
  for (const rollout of rollouts) {
    const group = groups.get(rollout.promptId);
    if (group === undefined) groups.set(rollout.promptId, [rollout]);
    else group.push(rollout);
  }
  return [...groups.values()].flatMap((samples) => {
    const best = samples.reduce((a, b) => (b.score > a.score ? b : a));
    const worst = samples.reduce((a, b) => (b.score < a.score ? b : a));
    if (best.score - worst.score <= minScoreGap || best.response.trim() === worst.response.trim()) return [];
    if (best.response.trim() === '' || worst.response.trim() === '') return [];
    const { promptId, prompt, task, language } = best;
    return [
      {
        promptId,
        ...(task !== undefined && { task }),
        ...(language !== undefined && { language }),
        prompt,
        chosen: best.response,
        rejected: worst.response,
        margin: best.score - worst.score,
      },
    ];
  });
}
