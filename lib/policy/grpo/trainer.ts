/**
 * Stage 5: group relative policy optimization against a reward model. There is no value head: several responses to one prompt
 * are each other's baseline, and every token is an action.
 */
import { groupAlgorithm } from '../groups';
import { samplingTrainer } from '../sampled';
import { batch } from './batch';
import { credit } from './credit';
import { loss } from './loss';

export const grpo = {
  name: 'grpo',
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
 * const prompts = [{ promptId: 'p1', prompt: 'What is 2 + 2?', referenceAnswer: '4' }];
 * const scorer = kit.ruleScorer(({ response, referenceAnswer }) => Number(response === referenceAnswer));
 * const config = kit.parseConfig('grpo', kit.grpoFields, { numGenerations: 8, maxSteps: 20 });
 * const params = await kit.trainGrpo(sft, { prompts, scorer }, config, await kit.scratchRun('grpo', config));
 * kit.saveModel('runs/mine/grpo', { ...sft, params });
 * ```
 */
export const trainGrpo = samplingTrainer(grpo);
