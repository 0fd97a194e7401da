/** Configuration of group relative policy optimization. */
import type { FieldTable } from '../../config';
import { klEstimators, type KlEstimator } from '../../tensor/kl';
import { groupFields, type GroupConfig } from '../groups';
import { advantageScales, type AdvantageScale } from './advantage';
import { grpoLossTypes, type GrpoLossType } from './loss';

export interface GrpoConfig extends GroupConfig {
  readonly scaleRewards: AdvantageScale;
  readonly lossType: GrpoLossType;
  readonly epsilon: number;
  readonly epsilonHigh?: number;
  readonly beta: number;
  readonly klEstimator: KlEstimator;
  readonly useBiasCorrectionKl: boolean;
}

export const grpoFields: FieldTable<GrpoConfig> = {
  ...groupFields,
  scaleRewards: {
    doc: 'what advantages are divided by: the standard deviation of the group, of all responses, or nothing',
    type: advantageScales,
    default: 'group',
    source: 'TRL',
  },
  lossType: {
    doc: 'what the loss of a token is divided by; grpo favours short responses, the others do not',
    type: grpoLossTypes,
    default: 'dapo',
    source: 'TRL',
  },
  epsilon: {
    doc: 'probability ratios below 1 − this gain nothing',
    type: 'number',
    default: 0.2,
    min: 0,
    exclusiveMin: true,
    source: 'TRL',
  },
  epsilonHigh: {
    doc: 'probability ratios above 1 + this gain nothing; epsilon when absent',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    optional: true,
  },
  beta: {
    doc: 'weight of the KL divergence from the reference inside the loss',
    type: 'number',
    default: 0,
    min: 0,
    source: 'TRL',
  },
  klEstimator: {
    doc: 'how the divergence of a token is estimated',
    type: klEstimators,
    default: 'k3',
    source: 'TRL',
  },
  useBiasCorrectionKl: {
    doc: 'multiply the divergence of a token by its probability ratio, which makes its gradient unbiased',
    type: 'boolean',
    default: true,
    source: 'TRL',
  },
};
