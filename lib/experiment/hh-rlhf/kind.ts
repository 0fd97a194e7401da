/** Experiments on HH-RLHF's pairs. */
import { rewardFields } from '../../reward/config';
import { pairsBase, trainedOn, type PairsConfig } from './config';
import { heldOutMeasures } from './measures';
import { applySettings } from '../../settings';
import { requireCounts } from '../given/counts';
import { hashOfFiles } from '../given/files';
import type { DataKind } from '../kind';
import { pairFiles, pairsFlow } from './flow';

export const hhRlhf: DataKind<PairsConfig> = {
  conditionConfig: (where, seed, settings) => {
    const base = pairsBase(seed);
    const { model, trainingPairs, heldOutPairs } = base;
    const config = applySettings(where, base, settings, {
      stages: { reward: rewardFields },
      parts: {},
      values: { model, trainedOn: base.trainedOn, trainingPairs, heldOutPairs },
      choices: { trainedOn },
    });
    requireCounts(where, { trainingPairs: config.trainingPairs, heldOutPairs: config.heldOutPairs });
    return config;
  },
  flow: pairsFlow,
  measures: heldOutMeasures,
  dataHash: (config) => Promise.resolve(hashOfFiles(pairFiles(config))),
};
