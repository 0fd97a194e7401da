/** Configuration of proximal policy optimization. */
import * as field from '../../fields';
import { rolloutFields } from '../rollout-config';

export const rewardBaselines = ['none', 'reference', 'batchMean'] as const;
export const valueInits = ['zero', 'rewardModel'] as const;

export const ppoFields = {
  ...rolloutFields,
  rolloutBatchSize: field.integer('prompts sampled in an iteration', { default: 64, min: 1, source: 'ours' }),
  numPpoEpochs: field.integer('passes over the rollouts of an iteration', {
    default: 4,
    min: 1,
    source: 'TRL',
  }),
  rewardBaseline: field.choice(
    rewardBaselines,
    "what is subtracted from a score: nothing, the reference policy's score on the prompt, or the batch's mean",
    { default: 'reference', source: 'ChatGLM-RLHF' },
  ),
  referenceSamples: field.integer('answers of the reference whose mean score is the baseline', {
    default: 1,
    min: 1,
    source: 'ChatGLM-RLHF',
  }),
  klCoef: field.number('weight of the KL penalty inside the reward', {
    default: 0.05,
    min: 0,
    source: 'TRL',
  }),
  klTarget: field.number('adapt klCoef towards this KL of a response', { above: 0, unit: 'nats' }).optional(),
  klHorizon: field.number('rollouts over which klCoef adapts', { default: 10000, min: 1, source: 'TRL 0.9' }),
  lrKlTarget: field
    .number('adapt the learning rate towards this KL of an iteration', { above: 0, unit: 'nats a token' })
    .optional(),
  gamma: field.number('discount of later rewards', { default: 1, min: 0, max: 1, source: 'TRL' }),
  lam: field.number('λ of generalized advantage estimation', {
    default: 0.95,
    min: 0,
    max: 1,
    source: 'TRL',
  }),
  whitenRewards: field.boolean('divide rewards by their standard deviation', {
    default: false,
    source: 'ChatGLM-RLHF does not',
  }),
  whitenAdvantages: field.boolean('give advantages mean 0 and variance 1', {
    default: false,
    source: 'ChatGLM-RLHF does not',
  }),
  cliprange: field.number('probability ratios beyond 1 ± this gain nothing', {
    default: 0.2,
    above: 0,
    source: 'TRL',
  }),
  cliprangeValue: field.number('values may move this far from those of the rollout', {
    default: 0.2,
    above: 0,
    source: 'TRL',
  }),
  vfCoef: field.number('weight of the value loss', { default: 0.1, min: 0, source: 'TRL' }),
  valueInit: field.choice(valueInits, "the value head starts at zero or as the reward model's score head", {
    default: 'zero',
    source: 'ours',
  }),
};

export type PpoConfig = field.ConfigOf<typeof ppoFields>;
