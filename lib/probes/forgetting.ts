/** What a policy is asked as it learns, to see what it forgets. */
import type { LanguageModel } from '../model/sample';
import type { AfterStep } from '../train/loop';
import type { Demonstration } from '../types';
import { perplexity } from './perplexity';
import { probePassRates } from './pass-rates';
import { answerProbes, type Probe, type ProbeLimits } from './probes';

export interface Checks {
  readonly probes?: readonly Probe[];
  /** Texts whose perplexity is taken. */
  readonly texts?: readonly Demonstration[];
}

export interface ForgettingChecks extends Checks {
  /** Steps between two checks. */
  readonly every: number;
  /** A task whose pass rate falls below this is told of. In [0, 1]. */
  readonly threshold?: number;
}

/** How probes are asked of a policy that is trained. */
export interface ForgettingLimits extends ProbeLimits {
  readonly maxSteps: number;
}

/**
 * Makes what a trainer calls after each step: after every n-th one and the last, `probes/<task>` (the share of answers that pass),
 * `probes/alarm` where a threshold is set (the number of tasks below it), and `perplexity`.
 *
 * @param model that is trained; parameters are those of the step.
 * @param warn told, in one sentence, of a task that has fallen below the threshold.
 */
export function forgettingMetrics(
  stage: string,
  { config, tokenizer }: Pick<LanguageModel, 'config' | 'tokenizer'>,
  { probes, texts, every, threshold }: ForgettingChecks,
  { maxSteps, ...limits }: ForgettingLimits,
  warn: (sentence: string) => void = (sentence) => process.stderr.write(`${sentence}\n`),
): AfterStep {
  const below = new Set<string>();
  return async (step, params) => {
    if (step % every !== 0 && step !== maxSteps) return undefined;
    const model = { params, config, tokenizer };
    const answers = probes === undefined ? [] : await answerProbes(model, probes, limits);
    const rates = probePassRates(answers, ({ passes }) => passes);
    const failing = Object.entries(rates).filter(([, { passRate }]) => passRate < (threshold ?? 0));
    for (const [task, { passRate }] of failing) {
      if (below.has(task)) continue;
      below.add(task);
      warn(
        `${stage}: after step ${step} ${(100 * passRate).toFixed(0)}% of the probes of '${task}' pass, fewer than ${(100 * (threshold ?? 0)).toFixed(0)}%`,
      );
    }
    return {
      ...Object.fromEntries(
        Object.entries(rates).map(([task, { passRate }]) => [`probes/${task}`, passRate]),
      ),
      ...(threshold !== undefined && { 'probes/alarm': failing.length }),
      ...(texts !== undefined && {
        perplexity: await perplexity(model, texts, limits.maxPromptTokens + limits.maxNewTokens),
      }),
    };
  };
}
