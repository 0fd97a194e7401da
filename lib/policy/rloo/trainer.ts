/**
 * Stage 5: REINFORCE leave-one-out against a reward model. There is no value head: several responses to one prompt
 * are each other's baseline, and the whole response is one action.
 */
import { groupAlgorithm } from '../groups';
import { samplingTrainer } from '../sampled';
import { batch } from './batch';
import { credit } from './credit';
import { loss } from './loss';

export const rloo = {
  name: 'rloo',
  ...groupAlgorithm,
  credit,
  batch,
  loss,
};

/**
 * Trains a policy and returns its parameters, as {@link trainSampled}. Metrics are TRL's, and as PPO has them `objective/kl`,
 * `loss/{policy,sft}_avg` and `val/{ratio,ratio_var}`.
 */
export const trainRloo = samplingTrainer(rloo);
