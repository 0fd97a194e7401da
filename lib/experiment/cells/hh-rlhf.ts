/** Experiments on HH-RLHF's pairs. */
import { rewardFields } from '../../reward/config';
import type { CellKind } from './cell-kind';
import { hashOfFiles } from './data-hash';
import { pairsBase, trainedOn, type PairsConfig } from './given-data';
import type { MeasureName } from '../measures/measure-names';
import { heldOutMeasures } from '../measures/held-out-pairs';
import { applySettings } from '../../settings';
import { requireCounts } from './counts';
import { pairFiles, pairsFlow } from '../stages/pairs-flow';

export const hhRlhf: CellKind<PairsConfig, MeasureName<'hh-rlhf'>> = {
  cellConfig: (where, seed, settings) => {
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
