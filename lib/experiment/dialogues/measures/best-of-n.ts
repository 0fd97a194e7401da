/** Measure `bestOfN`: the answer that the reward model picks among many, against what SFT answers on average. */
import { mean } from 'simple-statistics';
import { byPrompt } from '../../../evaluation/judged';
import { readJson } from '../../../files';
import type { VariantScorecard } from '../../../pipeline/scorecards';
import type { ConditionConfig } from '../config';
import type { Measure, MeasuredPart } from '../../measure';
import { highestScored } from './order';

export const bestOfNMeasure: Measure<ConditionConfig> = {
  module: __filename,
  reads: ['scorecards'],
  metrics: ['gold', 'goldGain', 'winMinusLoss', 'tokens'],
  measure: measureBestOfN,
};

function measureBestOfN(config: ConditionConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const { responses } = readJson<VariantScorecard>(path('scorecards/reward.json'));
  const picks = [...byPrompt(responses).values()].map((answers) => {
    const picked = highestScored(answers);
    const gold = mean(picked.map((answer) => answer.gold));
    // Against every answer, itself included, as policies are against SFT's; a pick among equals counts with their mean.
    const against = answers.map((answer) => gold - answer.gold);
    return {
      gold,
      goldGain: gold - mean(answers.map((answer) => answer.gold)),
      winMinusLoss: mean(
        against.map((gap) => (Math.abs(gap) <= config.evaluation.tieMargin ? 0 : Math.sign(gap))),
      ),
      tokens: mean(picked.map(({ length }) => length)),
    };
  });
  return Promise.resolve({
    prompts: {
      gold: picks.map(({ gold }) => gold),
      goldGain: picks.map(({ goldGain }) => goldGain),
      winMinusLoss: picks.map(({ winMinusLoss }) => winMinusLoss),
      tokens: picks.map(({ tokens }) => tokens),
    },
  });
}
