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
 *
 * @example
 * ```ts
 * import * as kit from 'rlhf-kit';
 *
 * await kit.useEngine();
 * const sft = kit.loadModel('runs/start/sft/model');
 * const prompts = await kit.readPrompts('runs/start/world/reinforce.jsonl');
 * const scorer = kit.ruleScorer(({ response }) => Math.min(response.length, 100) / 100);
 * const config = kit.parseConfig('rloo', kit.rlooFields, { numGenerations: 4, maxSteps: 20 });
 * const params = await kit.trainRloo(sft, { prompts, scorer }, config, await kit.scratchRun('rloo', config));
 * kit.saveModel('runs/mine/rloo', { ...sft, params });
 * ```
 */
export const trainRloo = samplingTrainer(rloo);
