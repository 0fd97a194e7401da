/** Stage 4: a reward model from a language model and preference pairs. */
import { writeJson } from '../files';
import { jsonFile, modelFolder } from '../flow/formats';
import { defineStage, innerSlot, optional, output, slot, type StageResults } from '../flow/stage';
import { saveModel, type Model } from '../model/directory';
import { withAdapter } from '../model/lora/adapter';
import { disposeTree } from '../tensor/pytree';
import type { RunDirectory } from '../train/run-directory';
import { rewardFields, type RewardConfig } from './config';
import type { LengthBalanceAccount } from './debias/bucket-balance';
import { rewardModelConfig } from './criteria';
import { splitPairs, type PairSplit } from './split';
import { trainReward } from './trainer';

/** Judges a reward model that has just been trained; what it returns goes into the manifest. */
export type RewardJudge = (model: Model, split: PairSplit, run: RunDirectory) => Promise<StageResults>;

export const rewardStage = defineStage({
  name: 'reward',
  module: __filename,
  trains: true,
  summary: '4  train a reward model on preference pairs, debiased by length if asked',
  fields: rewardFields,
  inputs: {
    model: slot('model', 'Hugging Face directory of the model to start from'),
    pairs: slot('pairs', 'file of preference pairs (JSONL, JSON, CSV, TSV, Parquet, .gz, .zst)'),
    judge: optional(innerSlot<RewardJudge>('judges the trained model')),
  },
  outputs: {
    model: output('model', modelFolder),
    lengthBalance: output('length-balance.json', jsonFile<LengthBalanceAccount>()),
  },
  async run({ model, pairs, judge }, config: RewardConfig, run) {
    const split = splitPairs(pairs, config, model.tokenizer);
    const judged = await withAdapter('reward', model, config, async (start) => {
      const params = await trainReward(start, split, config, run);
      const rewardModel = { ...start, config: rewardModelConfig(start.config, config), params };
      saveModel(run.file('model'), rewardModel);
      writeJson(run.file('length-balance.json'), split.lengthBalance);
      const results = await judge?.(rewardModel, split, run);
      disposeTree(params);
      return results;
    });
    return {
      pairs: pairs.length,
      training: split.training.length,
      heldOut: split.heldOut.length,
      lengthOnlyAccuracy: split.lengthBalance.lengthOnlyAccuracy,
      ...judged,
    };
  },
});
