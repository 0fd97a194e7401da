/** Measures `dpoDimensions`, `ppoDimensions`: a policy's answers on each dimension, and how much they gained against SFT's. */
import { meanByPrompt } from '../../../evaluation/judged';
import { readJsonLines } from '../../../files';
import type { EvaluatedRollout } from '../../../pipeline/evaluate';
import type { Measure, MeasuredPart } from '../../measure';
import type { CellConfig } from '../config';
import { dimensions, judged, type JudgedAnswer } from './judged-answers';

export function policyDimensionsMeasure(policy: 'dpo' | 'ppo'): Measure<CellConfig> {
  return {
    module: __filename,
    reads: [`evaluation-${policy}`],
    measure: (config, path) => measurePolicyDimensions(policy, config, path),
  };
}

async function measurePolicyDimensions(
  policy: 'dpo' | 'ppo',
  config: CellConfig,
  path: (file: string) => string,
): Promise<MeasuredPart> {
  const rollouts = await readJsonLines<EvaluatedRollout>(path(`evaluation-${policy}/rollouts.jsonl`));
  const of = (name: string): JudgedAnswer[] =>
    judged(
      config,
      rollouts.filter((rollout) => rollout.policy === name),
    );
  return gainedDimensions(of(policy), of('sft'));
}

/** Means over the answers to each prompt, of prompts that both have answered, in the same order. */
export function gainedDimensions(own: readonly JudgedAnswer[], sft: readonly JudgedAnswer[]): MeasuredPart {
  return {
    prompts: Object.fromEntries(
      dimensions.flatMap((dimension): [string, number[]][] => {
        const worth = meanByPrompt(own, (answer) => answer[dimension]);
        const before = meanByPrompt(sft, (answer) => answer[dimension]);
        return [
          [dimension, [...worth.values()]],
          [
            `${dimension}Gain`,
            [...worth].map(([promptId, value]) => value - (before.get(promptId) as number)),
          ],
        ];
      }),
    ),
  };
}
