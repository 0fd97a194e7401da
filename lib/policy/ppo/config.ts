/** Configuration of proximal policy optimization. */
import type { FieldTable } from '../../config';
import { rolloutFields, type RolloutConfig } from '../rollout-config';

export const rewardBaselines = ['none', 'reference', 'batchMean'] as const;
export const valueInits = ['zero', 'rewardModel'] as const;

export interface PpoConfig extends RolloutConfig {
  readonly rolloutBatchSize: number;
  readonly numPpoEpochs: number;
  readonly rewardBaseline: (typeof rewardBaselines)[number];
  readonly referenceSamples: number;
  readonly klCoef: number;
  readonly klTarget?: number;
  readonly klHorizon: number;
  readonly lrKlTarget?: number;
  readonly gamma: number;
  readonly lam: number;
  readonly whitenRewards: boolean;
  readonly whitenAdvantages: boolean;
  readonly cliprange: number;
  readonly cliprangeValue: number;
  readonly vfCoef: number;
  readonly valueInit: (typeof valueInits)[number];
}

export const ppoFields: FieldTable<PpoConfig> = {
  ...rolloutFields,
  rolloutBatchSize: {
    doc: 'prompts sampled in an iteration',
    type: 'integer',
    default: 64,
    min: 1,
    source: 'ours',
  },
  numPpoEpochs: {
    doc: 'passes over the rollouts of an iteration',
    type: 'integer',
    default: 4,
    min: 1,
    source: 'TRL',
  },
  rewardBaseline: {
    doc: "what is subtracted from a score: nothing, the reference policy's score on the prompt, or the batch's mean",
    type: rewardBaselines,
    default: 'reference',
    source: 'ChatGLM-RLHF',
  },
  referenceSamples: {
    doc: 'answers of the reference whose mean score is the baseline',
    type: 'integer',
    default: 1,
    min: 1,
    source: 'ChatGLM-RLHF',
  },
  klCoef: {
    doc: 'weight of the KL penalty inside the reward',
    type: 'number',
    default: 0.05,
    min: 0,
    source: 'TRL',
  },
  klTarget: {
    doc: 'adapt klCoef towards this KL of a response',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    unit: 'nats',
    optional: true,
  },
  klHorizon: {
    doc: 'rollouts over which klCoef adapts',
    type: 'number',
    default: 10000,
    min: 1,
    source: 'TRL 0.9',
  },
  lrKlTarget: {
    doc: 'adapt the learning rate towards this KL of an iteration',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    unit: 'nats a token',
    optional: true,
  },
  gamma: { doc: 'discount of later rewards', type: 'number', default: 1, min: 0, max: 1, source: 'TRL' },
  lam: {
    doc: 'λ of generalized advantage estimation',
    type: 'number',
    default: 0.95,
    min: 0,
    max: 1,
    source: 'TRL',
  },
  whitenRewards: {
    doc: 'divide rewards by their standard deviation',
    type: 'boolean',
    default: false,
    source: 'ChatGLM-RLHF does not',
  },
  whitenAdvantages: {
    doc: 'give advantages mean 0 and variance 1',
    type: 'boolean',
    default: false,
    source: 'ChatGLM-RLHF does not',
  },
  cliprange: {
    doc: 'probability ratios beyond 1 ± this gain nothing',
    type: 'number',
    default: 0.2,
    min: 0,
    exclusiveMin: true,
    source: 'TRL',
  },
  cliprangeValue: {
    doc: 'values may move this far from those of the rollout',
    type: 'number',
    default: 0.2,
    min: 0,
    exclusiveMin: true,
    source: 'TRL',
  },
  vfCoef: { doc: 'weight of the value loss', type: 'number', default: 0.1, min: 0, source: 'TRL' },
  valueInit: {
    doc: "the value head starts at zero or as the reward model's score head",
    type: valueInits,
    default: 'zero',
    source: 'ours',
  },
};
