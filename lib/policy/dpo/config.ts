/** Configuration of direct preference optimization. */
import * as field from '../../fields';
import { loopFields, paddingFree } from '../../train/fields';
import { dpoLossTypes } from './pair-loss';

export const dpoFields = {
  ...loopFields,
  learningRate: field.redefine(loopFields.learningRate, { default: 1e-6, source: 'TRL' }),
  seed: field.integer('seed of every random number of the run', { default: 1, min: 0 }),
  maxSteps: field.integer('optimizer steps', { default: 200, min: 1, unit: 'steps', source: 'ours' }),
  batchSize: field.integer('pairs a step', { default: 16, min: 1, unit: 'pairs', source: 'ours' }),
  gradientAccumulationSteps: field.integer(
    'parts that a step is cut into to save memory; their gradients are added',
    { default: 1, min: 1, source: 'transformers' },
  ),
  paddingFree,
  maxPromptTokens: field.integer('longer prompts lose their beginning', {
    default: 512,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  }),
  maxResponseTokens: field.integer('longer responses lose their end', {
    default: 512,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  }),
  lossType: field.choice(dpoLossTypes, 'form of the loss on the difference of log-ratios', {
    default: 'sigmoid',
    source: 'TRL',
  }),
  beta: field.number('strength of the pull towards the reference; for ipo its regularization τ', {
    default: 0.1,
    above: 0,
    source: 'TRL',
  }),
  labelSmoothing: field.number('probability that a label is flipped', {
    default: 0,
    min: 0,
    max: 0.499,
    source: 'TRL',
  }),
  chosenSftCoef: field.number(
    "weight of the next-token loss on the chosen responses (TRL's `sft` loss type)",
    { default: 0, min: 0, source: 'TRL' },
  ),
  sftLossCoef: field.number('weight of the next-token loss on demonstrations, against forgetting', {
    default: 0,
    min: 0,
    source: 'ChatGLM-RLHF has the term, not its weight',
  }),
  sftBatchSize: field.integer('demonstrations a step, when sftLossCoef is above 0', {
    default: 8,
    min: 1,
    source: 'ours',
  }),
  samplesEvery: field.integer('write samples of the policy every so many steps; 0: never', {
    default: 0,
    min: 0,
    unit: 'steps',
    source: 'ours',
  }),
};

export type DpoConfig = field.ConfigOf<typeof dpoFields>;
