/** Configuration of the reward model. */
import * as field from '../fields';
import { loraDropoutFields } from '../model/lora/config';
import { loopFields, paddingFree } from '../train/fields';
import { lengthBalanceMethods } from './debias/bucket-balance';

export const rewardFields = {
  ...loopFields,
  ...loraDropoutFields,
  learningRate: field.redefine(loopFields.learningRate, { default: 1e-4, source: 'TRL' }),
  seed: field.integer('seed of every random number of the run', { default: 1, min: 0 }),
  maxSteps: field
    .integer('optimizer steps; numTrainEpochs decides when absent', { min: 1, unit: 'steps' })
    .optional(),
  numTrainEpochs: field.number(
    'passes over the training pairs, when maxSteps is absent; reward models overfit from the second on',
    { default: 1, above: 0, unit: 'epochs', source: 'InstructGPT' },
  ),
  batchSize: field.integer('pairs a step', { default: 8, min: 1, unit: 'pairs', source: 'TRL' }),
  gradientAccumulationSteps: field.integer(
    'parts that a step is cut into to save memory; their gradients are added',
    { default: 1, min: 1, source: 'transformers' },
  ),
  paddingFree,
  maxPromptTokens: field.integer('longer prompts lose their beginning', {
    default: 256,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  }),
  maxResponseTokens: field.integer('longer responses lose their end', {
    default: 256,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  }),
  scoreL2Coefficient: field.number('weight of r_w² + r_l², the zero-mean Gaussian prior on scores', {
    default: 0.001,
    min: 0,
    source: 'Open-Assistant and Safe-RLHF; the ChatGLM-RLHF paper has the term without its weight',
  }),
  centerRewardsCoefficient: field.number(
    'weight of (r_w + r_l)², which centres pairs on 0 and leaves their gap free',
    { default: 0, min: 0, source: 'TRL' },
  ),
  useMargin: field.boolean(
    'subtract the margin of each pair (0 where it has none) from r_w − r_l inside the loss',
    { default: false, source: 'ours' },
  ),
  lengthBalance: field.choice(
    lengthBalanceMethods,
    'how the longer answer is made to win as often as to lose within each bucket of length difference',
    { default: 'none', source: 'ChatGLM-RLHF names the method, not drop, resample or reweight' },
  ),
  lengthBalanceBuckets: field.integer('quantile buckets of the length difference', {
    default: 10,
    min: 1,
    source: 'ours',
  }),
  lengthCovariate: field.boolean(
    'give the difference in length a term of its own beside r_w − r_l while training, so that scores need not carry it',
    { default: false, source: 'after Chen et al. 2024 (ODIN)' },
  ),
  criteria: field
    .text(
      "names with commas between them: the model gets a score for each, trained on the pairs' verdicts; overall is the pair's own",
    )
    .optional(),
  criterionWeights: field
    .text(
      'shares in the loss and in the one score made of all, e.g. helpful=1,harmless=0.5; all 1 when absent',
    )
    .optional(),
  evalFraction: field.number(
    'share of the prompts whose pairs are held out for the eval_ metrics and the scorecard',
    { default: 0.05, min: 0, max: 0.5, source: 'ours' },
  ),
  evalSteps: field.integer('evaluate every so many steps', {
    default: 100,
    min: 1,
    unit: 'steps',
    source: 'ours',
  }),
};

export type RewardConfig = field.ConfigOf<typeof rewardFields>;
