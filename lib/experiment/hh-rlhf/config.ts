/** The configuration of a condition on HH-RLHF. Texts are cut so that a condition takes about a minute on a core. */
import { parseConfig } from '../../config';
import * as field from '../../fields';
import { rewardFields } from '../../reward/config';
import { givenModelField, rewardTraining } from '../given/start';

export const pairSets = ['helpful', 'harmless'] as const;
export type PairSet = (typeof pairSets)[number];
export const trainedOn = [...pairSets, 'both'] as const;
export type TrainedOn = (typeof trainedOn)[number];

/** HH-RLHF: pairs of replies, compared for how helpful or how harmless they are. */
export const pairsFields = {
  data: field.choice(['hh-rlhf'], 'what the experiment is on'),
  seed: field.integer('seed of every random number', { min: 0 }),
  model: givenModelField,
  trainedOn: field.choice(trainedOn, 'both: half of the pairs from each, so that all conditions see as many'),
  trainingPairs: field.integer('pairs to train on', { min: 1 }),
  heldOutPairs: field.integer('pairs to measure on, of each of the two sets', { min: 1 }),
  reward: field.part(rewardFields),
};

export type PairsConfig = field.ConfigOf<typeof pairsFields>;

export function pairsBase(seed: number): PairsConfig {
  return parseConfig('hh-rlhf', pairsFields, {
    data: 'hh-rlhf',
    seed,
    trainedOn: 'both',
    trainingPairs: 1600,
    heldOutPairs: 600,
    // Two thirds of the replies are whole.
    reward: { ...rewardTraining, seed, maxPromptTokens: 32, maxResponseTokens: 128 },
  });
}
