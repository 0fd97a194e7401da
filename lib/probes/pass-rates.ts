/** How many answers to probes pass: of tasks that a policy was not trained on and that it could do before. */
import { mean } from 'simple-statistics';
import { groupBy } from '../group-by';
import { wilsonInterval, type Interval } from '../intervals';
import type { Rollout } from '../types';

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
  return Object.fromEntries(
    [...groupBy(rollouts, ({ task = 'other' }) => task)].map(([task, own]) => {
      const samples = [...groupBy(own, ({ promptId }) => promptId).values()];
      const passRate = mean(samples.map((answers) => mean(answers.map((answer) => Number(passes(answer))))));
      const prompts = samples.length;
      return [task, { prompts, passRate, passRateCi: wilsonInterval(passRate, prompts) }];
    }),
  );
}
