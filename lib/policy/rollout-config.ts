/** What the configurations of PPO, GRPO and RLOO have in common: how responses are sampled and how their updates are cut. */
import * as field from '../fields';
import { loopFields } from '../train/fields';

export const rolloutFields = {
  ...loopFields,
  learningRate: field.redefine(loopFields.learningRate, { default: 1e-6, source: 'ChatGLM-RLHF' }),
  lrSchedulerType: field.redefine(loopFields.lrSchedulerType, { default: 'constant', source: 'ours' }),
  loggingSteps: field.redefine(loopFields.loggingSteps, { default: 1, source: 'ours' }),
  saveSteps: field.redefine(loopFields.saveSteps, { default: 20, source: 'ours' }),
  seed: field.integer('seed of every random number of the run', { default: 1, min: 0 }),
  maxSteps: field.integer('iterations: rollouts and the updates on them', {
    default: 100,
    min: 1,
    unit: 'iterations',
    source: 'ours; the paper has 600 to 800',
  }),
  numMiniBatches: field.integer('updates a pass', { default: 1, min: 1, source: 'TRL' }),
  gradientAccumulationSteps: field.integer(
    'parts that an update is cut into to save memory; their gradients are added',
    { default: 1, min: 1, source: 'transformers' },
  ),
  maxPromptTokens: field.integer('longer prompts lose their beginning', {
    default: 512,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  }),
  maxNewTokens: field.integer('longer responses are cut off', {
    default: 53,
    min: 1,
    unit: 'tokens',
    source: "TRL's PPO",
  }),
  temperature: field.number(
    'of sampling and of the policy that is scored: logits are divided by it everywhere',
    { default: 1, above: 0, source: "TRL's GRPO; its PPO has 0.7" },
  ),
  missingEosPenalty: field.number('subtracted from the score of a response that was cut off', {
    default: 1,
    min: 0,
    source: 'TRL examples',
  }),
  sftLossCoef: field.number('weight of the next-token loss on demonstrations, against forgetting', {
    default: 0,
    min: 0,
    source: 'ChatGLM-RLHF has the term, not its weight',
  }),
  sftBatchSize: field.integer('demonstrations an update, when sftLossCoef is above 0', {
    default: 16,
    min: 1,
    source: 'ours',
  }),
  samplesEvery: field.integer('write the rollouts of every n-th iteration to samples.jsonl; 0: never', {
    default: 5,
    min: 0,
    unit: 'iterations',
    source: 'ours',
  }),
};

export type RolloutConfig = field.ConfigOf<typeof rolloutFields>;
