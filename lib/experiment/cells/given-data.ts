/** What cells on given data start from: small weights that are given too, and texts cut so that a cell takes about a minute on a core. */
import { parseConfig } from '../../config';
import { filterFields, type FilterConfig } from '../../filter/config';
import { rewardFields, type RewardConfig } from '../../reward/config';

/** MT-bench: votes of people on the answers of six models. */
export interface VotesConfig {
  readonly data: 'mt-bench';
  readonly seed: number;
  /** Folder of the model that the reward model starts from, below the folder of given data. */
  readonly model: string;
  /** Questions, both turns of each, whose votes judge the reward model; the seed chooses them. */
  readonly heldOutQuestions: number;
  /** Of the votes on the other questions. */
  readonly filter: FilterConfig;
  readonly reward: RewardConfig;
}

/** HH-RLHF: pairs of replies, compared for how helpful or how harmless they are. */
export interface PairsConfig {
  readonly data: 'hh-rlhf';
  readonly seed: number;
  readonly model: string;
  /** `both`: half of the pairs from each, so that all cells see as many. */
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

const model = 'stories260K';
const training = { lrSchedulerType: 'cosine', adamBeta2: 0.98, weightDecay: 0.01, warmupSteps: 10 } as const;

export function votesBase(seed: number): VotesConfig {
  return {
    data: 'mt-bench',
    seed,
    model,
    heldOutQuestions: 24,
    filter: parseConfig('filter', filterFields, { checkTexts: true }),
    reward: parseConfig('reward', rewardFields, {
      ...training,
      seed,
      // Half of the answers are whole; the others lose their end.
      maxPromptTokens: 32,
      maxResponseTokens: 352,
      learningRate: 5e-4,
      batchSize: 16,
      numTrainEpochs: 1,
      evalFraction: 0,
    }),
  };
}

export function pairsBase(seed: number): PairsConfig {
  return {
    data: 'hh-rlhf',
    seed,
    model,
    trainedOn: 'both',
    trainingPairs: 1600,
    heldOutPairs: 600,
    reward: parseConfig('reward', rewardFields, {
      ...training,
      seed,
      // Two thirds of the replies are whole.
      maxPromptTokens: 32,
      maxResponseTokens: 128,
      learningRate: 5e-4,
      batchSize: 16,
      numTrainEpochs: 1,
      evalFraction: 0,
    }),
  };
}
