/** Measure `agreement`: how often the reward model says what people say on the votes held out. */
import { readJson, readJsonLines } from '../../files';
import type { VotesConfig } from '../cells/given-data';
import type { HumanAgreement, ScoredLength, VotedPair } from '../stages/held-out-votes';
import type { Measure } from './measure';
import { votedMeasures } from './pair-measures';

export const agreementMeasure: Measure<VotesConfig> = {
  module: __filename,
  reads: ['held-out'],
  measure: async (_, path) =>
    votedMeasures(
      await readJsonLines<VotedPair>(path('held-out/pairs.jsonl')),
      await readJsonLines<ScoredLength>(path('held-out/responses.jsonl')),
      readJson<HumanAgreement>(path('held-out/humans.json')),
    ),
};
