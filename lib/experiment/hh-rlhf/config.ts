/** The configuration of a condition on HH-RLHF. Texts are cut so that a condition takes about a minute on a core. */
import { parseConfig } from '../../config';
import { rewardFields, type RewardConfig } from '../../reward/config';
import { givenModelName, rewardTraining } from '../given/start';

/** HH-RLHF: pairs of replies, compared for how helpful or how harmless they are. */
export interface PairsConfig {
  readonly data: 'hh-rlhf';
  readonly seed: number;
  readonly model: string;
  /** `both`: half of the pairs from each, so that all conditions see as many. */
  readonly trainedOn: TrainedOn;
  readonly trainingPairs: number;
  /** Of each of the two sets. */
  readonly heldOutPairs: number;
  readonly reward: RewardConfig;
}

export const pairSets = ['helpful', 'harmless'] as const;
export type PairSet = (typeof pairSets)[number];
export const trainedOn = [...pairSets, 'both'] as const;
export type TrainedOn = (typeof trainedOn)[number];

export function pairsBase(seed: number): PairsConfig {
  return {
    data: 'hh-rlhf',
    seed,
    model: givenModelName,
    trainedOn: 'both',
    trainingPairs: 1600,
    heldOutPairs: 600,
    reward: parseConfig('reward', rewardFields, {
      ...rewardTraining,
      seed,
      // Two thirds of the replies are whole.
      maxPromptTokens: 32,
      maxResponseTokens: 128,
    }),
  };
}
