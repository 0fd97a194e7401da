/** What can be measured of a cell on the embedded world. */
import { bestOfNMeasure } from './dialogues/best-of-n';
import { filterMeasure } from './dialogues/filter';
import { policyDimensionsMeasure } from './dialogues/gained-dimensions';
import { dimensionsMeasure } from './dialogues/picked-dimensions';
import { policyMeasure } from './dialogues/policy';
import { rewardMeasure } from './dialogues/reward';
import type { DialogueMeasure } from './measure';
import type { MeasureName } from './measure-names';

export const dialogueMeasures: Readonly<Record<MeasureName<'dialogues'>, DialogueMeasure>> = {
  filter: filterMeasure,
  reward: rewardMeasure,
  bestOfN: bestOfNMeasure,
  dimensions: dimensionsMeasure,
  dpo: policyMeasure('dpo'),
  ppo: policyMeasure('ppo'),
  grpo: policyMeasure('grpo'),
  rloo: policyMeasure('rloo'),
  dpoDimensions: policyDimensionsMeasure('dpo'),
  ppoDimensions: policyDimensionsMeasure('ppo'),
};
