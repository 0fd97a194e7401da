/** Experiments on HH-RLHF's pairs. */
import { pairsBase, pairsFields, type PairsConfig } from './config';
import { heldOutMeasures } from './measures';
import { applySettings } from '../../settings';
import { hashOfFiles } from '../given/files';
import type { DataKind } from '../kind';
import { pairFiles, pairsFlow } from './flow';

export const hhRlhf: DataKind<PairsConfig> = {
  conditionConfig: (where, seed, settings) => applySettings(where, pairsFields, pairsBase(seed), settings),
  flow: pairsFlow,
  measures: heldOutMeasures,
  dataHash: (config) => Promise.resolve(hashOfFiles(pairFiles(config))),
};
