/** Configuration of the algorithm. */
import * as field from '../../fields';
import { groupFields } from '../groups';

export const rlooFields = {
  ...groupFields,
  numGenerations: field.redefine(groupFields.numGenerations, { default: 2 }),
  beta: field.redefine(groupFields.beta, { default: 0.05 }),
  klEstimator: field.redefine(groupFields.klEstimator, { default: 'k1' }),
  normalizeAdvantages: field.boolean('give the advantages of an iteration mean 0 and variance 1', {
    default: false,
    source: 'TRL',
  }),
  rewardClipRange: field
    .number('rewards are cut at ± this before the divergence is subtracted', { above: 0 })
    .optional(),
};

export type RlooConfig = field.ConfigOf<typeof rlooFields>;
