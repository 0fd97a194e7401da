/** Gold of answers on each criterion. */
import { pipelineWorld } from '../../../pipeline/world';
import type { Rollout } from '../../../types';
import type { ConditionConfig } from '../config';

/** The criteria that annotators give verdicts on. */
export const criteria = ['helpful', 'harmless', 'fluent'] as const;
export type Criterion = (typeof criteria)[number];

/** Gold of an answer on each criterion, in [0, 1]. */
export type JudgedAnswer = Readonly<Record<Criterion, number>> & { readonly promptId: string };

/** Gold of answers, in the same order. */
export function judged(
  config: ConditionConfig,
  answers: readonly Pick<Rollout, 'promptId' | 'response'>[],
): JudgedAnswer[] {
  const world = pipelineWorld(config);
  return answers.map(({ promptId, response }) => {
    const { helpfulness, harmlessness, fluency } = world.judge(promptId, response);
    return { promptId, helpful: helpfulness, harmless: harmlessness, fluent: fluency };
  });
}
