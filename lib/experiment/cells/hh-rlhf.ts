/** Experiments on HH-RLHF's pairs. */
import { readJsonLines } from '../../files';
import { rewardFields } from '../../reward/config';
import type { CellKind } from './cell-kind';
import { hashOfFiles } from './data-hash';
import { pairsBase, trainedOn, type PairsConfig } from './given-data';
import type { MeasureName } from '../measures/measure-names';
import { measureParts } from '../measures/measurements';
import { pairMeasures } from '../measures/pair-measures';
import { applySettings, requireCounts } from './settings';
import { pairFiles, pairSteps, type JudgedPair } from '../steps/pair-steps';

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
  steps: pairSteps,
  measuredSteps: { helpful: ['held-out'], harmless: ['held-out'] },
  // On the pairs held out of one of the two sets, whichever the model was trained on.
  measureCell: (_, names, path) =>
    measureParts(names, async (set) => {
      const pairs = await readJsonLines<JudgedPair>(path(`held-out/${set}.jsonl`));
      return pairMeasures(
        pairs,
        pairs.flatMap((pair) => [
          { promptId: pair.promptId, score: pair.chosenScore, length: pair.chosenLength },
          { promptId: pair.promptId, score: pair.rejectedScore, length: pair.rejectedLength },
        ]),
      );
    }),
  dataHash: (config) => Promise.resolve(hashOfFiles(pairFiles(config))),
};
