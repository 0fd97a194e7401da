/** Forgetting probes: tasks that the policy was not trained on and that it could do before. */
import { mean } from 'simple-statistics';
import type { Rollout } from '../types';
import { wilsonInterval, type Interval } from '../intervals';
import { meanByPrompt } from './judged';

export interface ProbeResult {
  readonly prompts: number;
  /** Share of responses that pass, each prompt counting once. */
  readonly passRate: number;
  /** 95%, with the number of prompts as the sample size. */
  readonly passRateCi: Interval;
}

/**
 * Share of probe responses that pass, by task (`other` where a prompt names none).
 *
 * @param passes the verdict on one response.
 *
 * @example
 * ```ts
 * import { probePassRates } from 'rlhf-kit';
 *
 * const asked = { task: 'arithmetic', prompt: 'What is 2 + 2?', referenceAnswer: '4' };
 * const sampled = { ...asked, finished: true, responseTokens: 2 };
 * const answers = ['4', '5'].map((response, i) => ({ ...sampled, promptId: `p${i}`, response }));
 * const rates = probePassRates(answers, ({ response, referenceAnswer }) => response === referenceAnswer);
 * console.log(rates['arithmetic']?.passRate); // 0.5
 * ```
 */
export function probePassRates<R extends Rollout>(
  rollouts: readonly R[],
  passes: (rollout: R) => boolean,
): Record<string, ProbeResult> {
  const tasks = [...new Set(rollouts.map(taskOf))];
  return Object.fromEntries(
    tasks.map((task) => {
      const shares = meanByPrompt(
        rollouts.filter((rollout) => taskOf(rollout) === task),
        (rollout) => Number(passes(rollout)),
      );
      const passRate = mean([...shares.values()]);
      return [task, { prompts: shares.size, passRate, passRateCi: wilsonInterval(passRate, shares.size) }];
    }),
  );
}

function taskOf({ task }: Rollout): string {
  return task ?? 'other';
}
