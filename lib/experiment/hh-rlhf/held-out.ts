/** What a reward model says of the pairs that it has not seen. */
import { writeJsonLines } from '../../files';
import { defineStage, slot } from '../../flow/stage';
import { rewardScorer } from '../../reward/score';
import { scorePairs } from '../../reward/scorecard/score-pairs';
import type { SequenceLimits } from '../../train/sequences';
import type { PreferencePair } from '../../types';
import type { JudgedPair } from '../given/pair-measures';
import { pairSets } from './config';

/** Responses that the reward model reads in one forward pass. */
const batchSize = 32;

export const heldOutPairsStage = defineStage({
  name: 'held-out',
  module: __filename,
  inputs: {
    model: slot('model', 'the reward model'),
    helpful: slot('pairs', 'pairs that it has not seen'),
    harmless: slot('pairs', 'pairs that it has not seen'),
  },
  outputs: {},
  async run({ model, ...sets }, limits: SequenceLimits, run) {
    const scorer = rewardScorer(model, { ...limits, batchSize });
    const lengthOf = (response: string): number => model.tokenizer.encode(response).length;
    for (const set of pairSets) {
      const pairs = sets[set];
      const scored = await scorePairs(scorer, pairs, lengthOf);
      const rows = scored.map(
        ({ chosenScore, rejectedScore, chosenLength, rejectedLength }, i): JudgedPair => ({
          promptId: (pairs[i] as PreferencePair).promptId,
          chosenScore,
          rejectedScore,
          chosenLength,
          rejectedLength,
        }),
      );
      writeJsonLines(run.file(`${set}.jsonl`), rows);
    }
  },
});
