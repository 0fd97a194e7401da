/** Configuration of REINFORCE leave-one-out. */
import type { FieldTable } from '../../config';
import { groupFields, type GroupConfig } from '../groups';

export interface RlooConfig extends GroupConfig {
  readonly normalizeAdvantages: boolean;
  readonly rewardClipRange?: number;
}

export const rlooFields: FieldTable<RlooConfig> = {
  ...groupFields,
  numGenerations: { ...groupFields.numGenerations, default: 2 },
  beta: { ...groupFields.beta, default: 0.05 },
  klEstimator: { ...groupFields.klEstimator, default: 'k1' },
  normalizeAdvantages: {
    doc: 'give the advantages of an iteration mean 0 and variance 1',
    type: 'boolean',
    default: false,
    source: 'TRL',
  },
  rewardClipRange: {
    doc: 'rewards are cut at ± this before the divergence is subtracted',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    optional: true,
  },
};
