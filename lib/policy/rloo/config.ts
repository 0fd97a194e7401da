/** Configuration of REINFORCE leave-one-out. */
import type { FieldTable } from '../../config';
import { klEstimators, type KlEstimator } from '../../tensor/kl';
import { groupFields, type GroupConfig } from '../groups';

export interface RlooConfig extends GroupConfig {
  readonly beta: number;
  readonly klEstimator: KlEstimator;
  readonly rewardClipRange?: number;
  readonly normalizeAdvantages: boolean;
  readonly epsilon: number;
  readonly epsilonHigh?: number;
}

export const rlooFields: FieldTable<RlooConfig> = {
  ...groupFields,
  numGenerations: { ...groupFields.numGenerations, default: 2 },
  beta: {
    doc: 'weight of the KL divergence of a response from the reference, subtracted from its reward',
    type: 'number',
    default: 0.05,
    min: 0,
    source: 'TRL',
  },
  klEstimator: {
    doc: 'how the divergence of a token is estimated; a response has the sum',
    type: klEstimators,
    default: 'k1',
    source: 'TRL',
  },
  rewardClipRange: {
    doc: 'rewards are cut at ± this before the divergence is subtracted',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    optional: true,
  },
  normalizeAdvantages: {
    doc: 'give the advantages of an iteration mean 0 and variance 1',
    type: 'boolean',
    default: false,
    source: 'TRL',
  },
  epsilon: {
    doc: 'probability ratios of a response below 1 − this gain nothing',
    type: 'number',
    default: 0.2,
    min: 0,
    exclusiveMin: true,
    source: 'TRL',
  },
  epsilonHigh: {
    doc: 'probability ratios of a response above 1 + this gain nothing; epsilon when absent',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    optional: true,
  },
};
