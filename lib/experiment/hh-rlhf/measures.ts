/** Measures `helpful` and `harmless`: on the pairs held out of one of the two sets, whichever the model was trained on. */
import { readJsonLines } from '../../files';
import type { PairSet, PairsConfig } from './config';
import type { Measure } from '../measure';
import { pairMeasures, pairMetrics, type JudgedPair } from '../given/pair-measures';

function heldOutMeasure(set: PairSet): Measure<PairsConfig> {
  return {
    module: __filename,
    reads: ['held-out'],
    metrics: pairMetrics,
    measure: async (_, path) => {
      const pairs = await readJsonLines<JudgedPair>(path(`held-out/${set}.jsonl`));
      return pairMeasures(
        pairs,
        pairs.flatMap((pair) => [
          { promptId: pair.promptId, score: pair.chosenScore, length: pair.chosenLength },
          { promptId: pair.promptId, score: pair.rejectedScore, length: pair.rejectedLength },
        ]),
      );
    },
  };
}

export const heldOutMeasures: Readonly<Record<PairSet, Measure<PairsConfig>>> = {
  helpful: heldOutMeasure('helpful'),
  harmless: heldOutMeasure('harmless'),
};
