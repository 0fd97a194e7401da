/** `rlhf-kit reward`: stage 4, from a model directory and a file of preference pairs to a reward model and its scorecard. */
import type { FieldTable } from '../../config';
import { writeJson } from '../../files';
import { loadModel, saveModel, type Model } from '../../model/directory';
import { rewardFields, type RewardConfig } from '../../reward/config';
import { rewardModelConfig } from '../../reward/dimensions';
import { rewardScorecard, type RewardScorecard } from '../../reward/scorecard/scorecard';
import { dimensionScorecards } from '../../reward/scorecard/dimensions';
import { pairInputs, scoredPairs } from '../../reward/scorecard/score-pairs';
import { rewardScorer } from '../../reward/score';
import { splitPairs } from '../../reward/split';
import { trainReward } from '../../reward/trainer';
import { runFields, type RunConfig } from '../../train/fields';
import type { PreferencePair } from '../../types';
import { defineCommand } from '../command';
import { pairFlags, readUsablePairs, type PairFlags } from '../pairs';
import { runStage } from '../stage';

interface RewardCommandConfig extends RewardConfig, RunConfig, PairFlags {
  readonly model: string;
  readonly pairs: string;
  readonly noiseCeiling?: number;
}

const fields: FieldTable<RewardCommandConfig> = {
  model: { doc: 'Hugging Face directory of the model to start from', type: 'path' },
  pairs: { doc: 'file of preference pairs (JSONL, JSON, gzip or Parquet)', type: 'path' },
  ...pairFlags,
  noiseCeiling: {
    doc: "share of labels that the truth itself would agree with, from the filter's report; the scorecard compares with it",
    type: 'number',
    min: 0.5,
    exclusiveMin: true,
    max: 1,
    optional: true,
  },
  ...runFields,
  ...rewardFields,
};

export const rewardCommand = defineCommand<RewardCommandConfig>({
  name: 'reward',
  summary: '4  train a reward model on preference pairs, debiased by length if asked',
  fields,
  run: (config) =>
    runStage('reward', config, [config.model, config.pairs], async (run) => {
      const model = loadModel(config.model);
      const { pairs, badRows } = await readUsablePairs('reward', config.pairs, config, run);
      const split = splitPairs(pairs, config, model.tokenizer);
      const params = await trainReward(model, split, config, run);
      const rewardModel = { ...model, config: rewardModelConfig(model.config, config), params };
      saveModel(run.file('model'), rewardModel);
      const scorecard = await judge(rewardModel, split.heldOut, config);
      writeJson(run.file('scorecard.json'), { ...scorecard, lengthBalance: split.lengthBalance });
      return {
        model: run.file('model'),
        pairs: pairs.length,
        badRows,
        training: split.training.length,
        heldOut: split.heldOut.length,
        accuracy: scorecard.accuracy.accuracy,
        ece: scorecard.calibration.ece,
        lengthOnlyAccuracy: split.lengthBalance.lengthOnlyAccuracy,
        ...(scorecard.dimensions !== undefined && {
          dimensions: Object.fromEntries(
            Object.entries(scorecard.dimensions).map(([name, own]) => [name, own.accuracy.accuracy]),
          ),
        }),
      };
    }),
});

/** The scorecard on the pairs held out, and one a dimension where there are several; without any pair, its figures are null. */
async function judge(
  model: Model,
  heldOut: readonly PreferencePair[],
  config: RewardCommandConfig,
): Promise<RewardScorecard & { readonly dimensions?: Readonly<Record<string, RewardScorecard>> }> {
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
  return { ...scorecard, dimensions: dimensionScorecards(heldOut, pairs, inParts.parts) };
}
