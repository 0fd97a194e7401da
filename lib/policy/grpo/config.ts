/** Configuration of group relative policy optimization. */
import type { FieldTable } from '../../config';
import { groupFields, type GroupConfig } from '../groups';
import { advantageScales, type AdvantageScale } from './advantage';
import { grpoLossTypes, type GrpoLossType } from './token-loss';

export interface GrpoConfig extends GroupConfig {
  readonly useBiasCorrectionKl: boolean;
  readonly scaleRewards: AdvantageScale;
  readonly lossType: GrpoLossType;
}

export const grpoFields: FieldTable<GrpoConfig> = {
  ...groupFields,
  useBiasCorrectionKl: {
    doc: 'multiply the divergence of a token by its probability ratio, which makes its gradient unbiased',
    type: 'boolean',
    default: true,
    source: 'TRL',
  },
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
};
