/** Measure `dimensions`: what the answers that a reward model picks are worth on each dimension, by the truth. */
import { mean } from 'simple-statistics';
import { byPrompt } from '../../../evaluation/judged';
import { readJson, readJsonLines } from '../../../files';
import type { VariantScorecard } from '../../../pipeline/scorecards';
import type { Rollout } from '../../../types';
import type { CellConfig } from '../config';
import type { Measure, MeasuredPart } from '../../measure';
import { highestScored, pairsInOrder } from './order';
import { dimensions, judged, type JudgedAnswer } from './judged-answers';

export const dimensionsMeasure: Measure<CellConfig> = {
  module: __filename,
  reads: ['best-of-n', 'scorecards'],
  measure: measurePicks,
};

async function measurePicks(config: CellConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const { responses } = readJson<VariantScorecard>(path('scorecards/reward.json'));
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
