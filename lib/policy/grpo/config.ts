/** Configuration of the algorithm. */
import * as field from '../../fields';
import { groupFields } from '../groups';
import { advantageScales } from './advantage';
import { grpoLossTypes } from './token-loss';

export const grpoFields = {
  ...groupFields,
  useBiasCorrectionKl: field.boolean(
    'multiply the divergence of a token by its probability ratio, which makes its gradient unbiased',
    { default: true, source: 'TRL' },
  ),
  scaleRewards: field.choice(
    advantageScales,
    'what advantages are divided by: the standard deviation of the group, of all responses, or nothing',
    { default: 'group', source: 'TRL' },
  ),
  lossType: field.choice(
    grpoLossTypes,
    'what the loss of a token is divided by; grpo favours short responses, the others do not',
    { default: 'dapo', source: 'TRL' },
  ),
};

export type GrpoConfig = field.ConfigOf<typeof grpoFields>;
