/** `rlhf-kit reward`: with a scorecard on the pairs held out. */
import * as field from '../../fields';
import { writeJson } from '../../files';
import { readyInput } from '../../flow/input';
import type { Model } from '../../model/directory';
import type { RewardConfig } from '../../reward/config';
import { rewardScorer } from '../../reward/score';
import { criterionScorecards } from '../../reward/scorecard/criteria';
import { pairInputs, scoredPairs } from '../../reward/scorecard/score-pairs';
import { rewardScorecard, type RewardScorecard } from '../../reward/scorecard/scorecard';
import { rewardStage, type RewardJudge } from '../../reward/stage';
import type { PreferencePair } from '../../types';
import { commandOf } from '../stage-command';

const fields = {
  noiseCeiling: field
    .number(
      "share of labels that a perfect judge would agree with, from the filter's report; the scorecard compares with it",
      { above: 0.5, max: 1 },
    )
    .optional(),
};

type ScorecardConfig = field.ConfigOf<typeof fields>;

export const rewardCommand = commandOf(rewardStage, {
  fields,
  inputs: (config) => ({ judge: readyInput(__filename, scorecardWriter(config)) }),
});

/** Writes `scorecard.json`. */
function scorecardWriter(config: RewardConfig & ScorecardConfig): RewardJudge {
  return async (model, { heldOut, lengthBalance }, run) => {
    const scorecard = await judge(model, heldOut, config);
    writeJson(run.file('scorecard.json'), { ...scorecard, lengthBalance });
    const { accuracy, calibration, criteria } = scorecard;
    return {
      accuracy: accuracy.accuracy,
      ece: calibration.ece,
      ...(criteria !== undefined && {
        criteria: Object.fromEntries(
          Object.entries(criteria).map(([name, own]) => [name, own.accuracy.accuracy]),
        ),
      }),
    };
  };
}

/** The scorecard on the pairs held out, and one a criterion where there are several; without any pair, its figures are null. */
async function judge(
  model: Model,
  heldOut: readonly PreferencePair[],
  config: RewardConfig & ScorecardConfig,
): Promise<RewardScorecard & { readonly criteria?: Readonly<Record<string, RewardScorecard>> }> {
  const { batchSize, maxPromptTokens, maxResponseTokens } = config;
  // One pair of the training batch is two rows.
  const scorer = rewardScorer(model, { maxPromptTokens, maxResponseTokens, batchSize: 2 * batchSize });
  const inputs = pairInputs(heldOut);
  const inParts = await scorer.inParts?.(inputs);
  const lengthOf = (response: string): number => model.tokenizer.encode(response).length;
  const pairs = scoredPairs(heldOut, inParts?.scores ?? (await scorer(inputs)), lengthOf);
  const responses = pairs.flatMap(({ task, ...pair }, i) => {
    const { promptId } = heldOut[i] as PreferencePair;
    return [
      { promptId, task, score: pair.chosenScore, length: pair.chosenLength },
      { promptId, task, score: pair.rejectedScore, length: pair.rejectedLength },
    ];
  });
  const scorecard = rewardScorecard({
    pairs,
    responses,
    ...(config.noiseCeiling !== undefined && { noiseCeiling: config.noiseCeiling }),
  });
  if (inParts === undefined) return scorecard;
  return { ...scorecard, criteria: criterionScorecards(heldOut, pairs, inParts.parts) };
}
