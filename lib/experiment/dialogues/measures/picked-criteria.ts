/** Measure `criteria`: gold, on each criterion, of the answers that a reward model picks. */
import { mean } from 'simple-statistics';
import { byPrompt } from '../../../evaluation/judged';
import { readJson, readJsonLines } from '../../../files';
import type { VariantScorecard } from '../../../pipeline/scorecards';
import type { Rollout } from '../../../types';
import type { ConditionConfig } from '../config';
import type { Measure, MeasuredPart } from '../../measure';
import { highestScored, pairsInOrder } from './order';
import { criteria, judged, type JudgedAnswer } from './judged-answers';

export const criteriaMeasure: Measure<ConditionConfig> = {
  module: __filename,
  reads: ['best-of-n', 'scorecards'],
  metrics: criteria.flatMap((criterion) => [criterion, `${criterion}Gain`, `${criterion}Accuracy`]),
  measure: measurePicks,
};

async function measurePicks(config: ConditionConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const { responses } = readJson<VariantScorecard>(path('scorecards/reward.json'));
  // The answers that were scored, in the same order.
  const rollouts = await readJsonLines<Rollout>(path('best-of-n/rollouts.jsonl'));
  return pickedCriteria(
    judged(config, rollouts).map((answer, i) => ({ ...answer, score: responses[i]?.score as number })),
  );
}

/**
 * Of the answer with the highest score to each prompt (of equals their mean): its gold on each criterion, and how much that is above
 * the mean of all answers. `<criterion>Accuracy`: of all pairs of answers to one prompt that differ on the criterion, the share that
 * scores put in its order; equal scores are half right.
 */
export function pickedCriteria(
  answers: readonly (JudgedAnswer & { readonly score: number })[],
): MeasuredPart {
  const prompts = [...byPrompt(answers).values()];
  const picked = prompts.map(highestScored);
  return {
    prompts: Object.fromEntries(
      criteria.flatMap((criterion): [string, number[]][] => {
        const gold = picked.map((best) => mean(best.map((answer) => answer[criterion])));
        const average = prompts.map((own) => mean(own.map((answer) => answer[criterion])));
        return [
          [criterion, gold],
          [`${criterion}Gain`, gold.map((value, i) => value - (average[i] as number))],
        ];
      }),
    ),
    metrics: Object.fromEntries(
      criteria.map((criterion) => [
        `${criterion}Accuracy`,
        orderAccuracy(
          prompts.map((own) => own.map((answer) => ({ score: answer.score, gold: answer[criterion] }))),
        ),
      ]),
    ),
  };
}

/** 0.5 where no two answers to one prompt differ. */
function orderAccuracy(
  prompts: readonly (readonly { readonly score: number; readonly gold: number }[])[],
): number {
  const right = prompts.flatMap(pairsInOrder);
  return right.length === 0 ? 0.5 : mean(right);
}
