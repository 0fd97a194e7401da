/** Measure `reward`: how good the reward model is on held-out labels and, by gold, on the SFT model's answers. */
import { mean } from 'simple-statistics';
import { byPrompt } from '../../../evaluation/judged';
import { readJson } from '../../../files';
import type { VariantScorecard } from '../../../pipeline/scorecards';
import type { LengthBalanceAccount } from '../../../reward/debias/bucket-balance';
import type { RewardScorecard } from '../../../reward/scorecard/scorecard';
import type { ConditionConfig } from '../config';
import type { Measure, MeasuredPart } from '../../measure';
import { pairsInOrder } from './order';

export const rewardMeasure: Measure<ConditionConfig> = {
  module: __filename,
  reads: ['filter', 'reward', 'scorecards'],
  metrics: [
    'goldAccuracy',
    'accuracy',
    'lengthCorrelation',
    'lengthOnlyAccuracy',
    'ece',
    'scoreMean',
    'scoreStd',
    'residualGoldAccuracy',
    'residualLengthCorrelation',
  ],
  measure: measureReward,
};

function measureReward(_: ConditionConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const card = readJson<VariantScorecard>(path('scorecards/reward.json'));
  const residual = readJson<RewardScorecard>(path('scorecards/length-residual.json'));
  const balance = readJson<LengthBalanceAccount>(path('reward/length-balance.json'));
  const byPromptId = [...byPrompt(card.responses).values()];
  return Promise.resolve({
    prompts: { goldAccuracy: byPromptId.map(promptAccuracy) },
    metrics: {
      accuracy: card.accuracy.accuracy,
      lengthCorrelation: card.scoreLengthCorrelation.equalQuality ?? Number.NaN,
      lengthOnlyAccuracy: balance.lengthOnlyAccuracy.after,
      ece: card.calibration.ece,
      scoreMean: card.scores.mean,
      scoreStd: card.scores.std,
      residualGoldAccuracy: residual.goldAccuracy?.accuracy ?? Number.NaN,
      residualLengthCorrelation: residual.scoreLengthCorrelation.equalQuality ?? Number.NaN,
    },
  });
}

/**
 * Share of the pairs of a prompt's answers, equal ones left out, that scores put in the order of gold; equal scores are half right, and
 * so is a prompt whose answers are all equal.
 */
function promptAccuracy(answers: readonly { readonly score: number; readonly gold: number }[]): number {
  const right = pairsInOrder(answers);
  return right.length === 0 ? 0.5 : mean(right);
}
