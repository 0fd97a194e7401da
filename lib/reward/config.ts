/** Configuration of the reward model. */
import type { FieldTable } from '../config';
import { loopFields } from '../train/fields';
import type { LoopConfig } from '../train/loop';
import { lengthBalanceMethods } from './debias/bucket-balance';

export interface RewardConfig extends LoopConfig {
  readonly seed: number;
  readonly maxSteps?: number;
  readonly numTrainEpochs: number;
  readonly batchSize: number;
  readonly gradientAccumulationSteps: number;
  readonly maxPromptTokens: number;
  readonly maxResponseTokens: number;
  readonly scoreL2Coefficient: number;
  readonly centerRewardsCoefficient: number;
  readonly useMargin: boolean;
  readonly lengthBalance: (typeof lengthBalanceMethods)[number];
  readonly lengthBalanceBuckets: number;
  readonly lengthCovariate: boolean;
  readonly criteria?: string;
  readonly criterionWeights?: string;
  readonly evalFraction: number;
  readonly evalSteps: number;
}

export const rewardFields: FieldTable<RewardConfig> = {
  ...loopFields,
  learningRate: { ...loopFields.learningRate, default: 1e-4, source: 'TRL' },
  seed: { doc: 'seed of every random number of the run', type: 'integer', default: 1, min: 0 },
  maxSteps: {
    doc: 'optimizer steps; numTrainEpochs decides when absent',
    type: 'integer',
    min: 1,
    unit: 'steps',
    optional: true,
  },
  numTrainEpochs: {
    doc: 'passes over the training pairs, when maxSteps is absent; reward models overfit from the second on',
    type: 'number',
    default: 1,
    min: 0,
    exclusiveMin: true,
    unit: 'epochs',
    source: 'InstructGPT',
  },
  batchSize: { doc: 'pairs a step', type: 'integer', default: 8, min: 1, unit: 'pairs', source: 'TRL' },
  gradientAccumulationSteps: {
    doc: 'parts that a step is cut into to save memory; their gradients are added',
    type: 'integer',
    default: 1,
    min: 1,
    source: 'transformers',
  },
  maxPromptTokens: {
    doc: 'longer prompts lose their beginning',
    type: 'integer',
    default: 256,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  },
  maxResponseTokens: {
    doc: 'longer responses lose their end',
    type: 'integer',
    default: 256,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  },
  scoreL2Coefficient: {
    doc: 'weight of r_w² + r_l², the zero-mean Gaussian prior on scores',
    type: 'number',
    default: 0.001,
    min: 0,
    source: 'Open-Assistant and Safe-RLHF; the ChatGLM-RLHF paper has the term without its weight',
  },
  centerRewardsCoefficient: {
    doc: 'weight of (r_w + r_l)², which centres pairs on 0 and leaves their gap free',
    type: 'number',
    default: 0,
    min: 0,
    source: 'TRL',
  },
  useMargin: {
    doc: 'subtract the margin of each pair (0 where it has none) from r_w − r_l inside the loss',
    type: 'boolean',
    default: false,
    source: 'ours',
  },
  lengthBalance: {
    doc: 'how the longer answer is made to win as often as to lose within each bucket of length difference',
    type: lengthBalanceMethods,
    default: 'none',
    source: 'ChatGLM-RLHF names the method, not drop, resample or reweight',
  },
  lengthBalanceBuckets: {
    doc: 'quantile buckets of the length difference',
    type: 'integer',
    default: 10,
    min: 1,
    source: 'ours',
  },
  lengthCovariate: {
    doc: 'give the difference in length a term of its own beside r_w − r_l while training, so that scores need not carry it',
    type: 'boolean',
    default: false,
    source: 'after Chen et al. 2024 (ODIN)',
  },
  criteria: {
    doc: "names with commas between them: the model gets a score for each, trained on the pairs' verdicts; overall is the pair's own",
    type: 'string',
    optional: true,
  },
  criterionWeights: {
    doc: 'shares in the loss and in the one score made of all, e.g. helpful=1,harmless=0.5; all 1 when absent',
    type: 'string',
    optional: true,
  },
  evalFraction: {
    doc: 'share of the prompts whose pairs are held out for the eval_ metrics and the scorecard',
    type: 'number',
    default: 0.05,
    min: 0,
    max: 0.5,
    source: 'ours',
  },
  evalSteps: {
    doc: 'evaluate every so many steps',
    type: 'integer',
    default: 100,
    min: 1,
    unit: 'steps',
    source: 'ours',
  },
};
