/** What answers are worth on each dimension, by the truth: those that a reward model picks, and those of policies. */
import { mean } from 'simple-statistics';
import { byPrompt, meanByPrompt } from '../../evaluation/judged';
import { readJson, readJsonLines } from '../../files';
import type { EvaluatedRollout } from '../../pipeline/evaluate';
import type { VariantScorecard } from '../../pipeline/reward';
import { pipelineWorld } from '../../pipeline/world';
import type { Rollout } from '../../types';
import type { CellConfig } from '../cells/dialogues';
import type { MeasuredPart } from './measurements';
import { highestScored, pairsInOrder } from './order';

/** The dimensions that annotators give verdicts on. */
const dimensions = ['helpful', 'harmless', 'fluent'] as const;
type Dimension = (typeof dimensions)[number];

/** An answer with the truth about it, each in [0, 1]. */
export type JudgedAnswer = Readonly<Record<Dimension, number>> & { readonly promptId: string };

function judged(
  config: CellConfig,
  answers: readonly Pick<Rollout, 'promptId' | 'response'>[],
): JudgedAnswer[] {
  const world = pipelineWorld(config);
  return answers.map(({ promptId, response }) => {
    const { helpfulness, harmlessness, fluency } = world.judge(promptId, response);
    return { promptId, helpful: helpfulness, harmless: harmlessness, fluent: fluency };
  });
}

export async function measurePicks(
  config: CellConfig,
  path: (file: string) => string,
): Promise<MeasuredPart> {
  const { responses } = readJson<VariantScorecard>(path('scorecards/debiased.json'));
  // The answers that were scored, in the same order.
  const rollouts = await readJsonLines<Rollout>(path('best-of-n/rollouts.jsonl'));
  return pickedDimensions(
    judged(config, rollouts).map((answer, i) => ({ ...answer, score: responses[i]?.score as number })),
  );
}

/**
 * Of the answer with the highest score to each prompt (of equals their mean): its worth on each dimension, and how much that is above
 * the mean of all answers. `<dimension>Accuracy`: of all pairs of answers to one prompt that differ on the dimension, the share that
 * scores put in its order; equal scores are half right.
 */
export function pickedDimensions(
  answers: readonly (JudgedAnswer & { readonly score: number })[],
): MeasuredPart {
  const prompts = [...byPrompt(answers).values()];
  const picked = prompts.map(highestScored);
  return {
    prompts: Object.fromEntries(
      dimensions.flatMap((dimension): [string, number[]][] => {
        const worth = picked.map((best) => mean(best.map((answer) => answer[dimension])));
        const average = prompts.map((own) => mean(own.map((answer) => answer[dimension])));
        return [
          [dimension, worth],
          [`${dimension}Gain`, worth.map((value, i) => value - (average[i] as number))],
        ];
      }),
    ),
    metrics: Object.fromEntries(
      dimensions.map((dimension) => [
        `${dimension}Accuracy`,
        orderAccuracy(
          prompts.map((own) => own.map((answer) => ({ score: answer.score, worth: answer[dimension] }))),
        ),
      ]),
    ),
  };
}

/** 0.5 where no two answers to one prompt differ. */
function orderAccuracy(
  prompts: readonly (readonly { readonly score: number; readonly worth: number }[])[],
): number {
  const right = prompts.flatMap(pairsInOrder);
  return right.length === 0 ? 0.5 : mean(right);
}

/** A policy's answers on each dimension, and how much they gained against SFT's. */
export async function measurePolicyDimensions(
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
