/** Measures `dpoCriteria`, `ppoCriteria`: a policy's answers on each criterion, and how much they gained against SFT's. */
import { meanByPrompt } from '../../../evaluation/judged';
import { readJsonLines } from '../../../files';
import type { EvaluatedRollout } from '../../../pipeline/evaluate';
import type { Measure, MeasuredPart } from '../../measure';
import type { ConditionConfig } from '../config';
import { criteria, judged, type JudgedAnswer } from './judged-answers';

export function policyCriteriaMeasure(policy: 'dpo' | 'ppo'): Measure<ConditionConfig> {
  return {
    module: __filename,
    reads: [`evaluation-${policy}`],
    metrics: criteria.flatMap((criterion) => [criterion, `${criterion}Gain`]),
    measure: (config, path) => measurePolicyCriteria(policy, config, path),
  };
}

async function measurePolicyCriteria(
  policy: 'dpo' | 'ppo',
  config: ConditionConfig,
  path: (file: string) => string,
): Promise<MeasuredPart> {
  const rollouts = await readJsonLines<EvaluatedRollout>(path(`evaluation-${policy}/rollouts.jsonl`));
  const of = (name: string): JudgedAnswer[] =>
    judged(
      config,
      rollouts.filter((rollout) => rollout.policy === name),
    );
  return gainedCriteria(of(policy), of('sft'));
}

/** Means over the answers to each prompt, of prompts that both have answered, in the same order. */
export function gainedCriteria(own: readonly JudgedAnswer[], sft: readonly JudgedAnswer[]): MeasuredPart {
  return {
    prompts: Object.fromEntries(
      criteria.flatMap((criterion): [string, number[]][] => {
        const gold = meanByPrompt(own, (answer) => answer[criterion]);
        const before = meanByPrompt(sft, (answer) => answer[criterion]);
        return [
          [criterion, [...gold.values()]],
          [
            `${criterion}Gain`,
            [...gold].map(([promptId, value]) => value - (before.get(promptId) as number)),
          ],
        ];
      }),
    ),
  };
}
