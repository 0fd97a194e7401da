/**
 * Stage 5: proximal policy optimization against a reward model, after ChatGLM-RLHF: scores are taken relative to the
 * reference policy's on the same prompt, nothing is whitened, and a next-token loss on demonstrations guards what SFT taught.
 */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../errors';
import { values } from '../../model/heads';
import type { LanguageModel } from '../../model/sample';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import { inPrecision } from '../../train/precision';
import type { RunDirectory } from '../../train/run-directory';
import { trainSampled, type SampledAlgorithm, type SampledInputs } from '../sampled';
import { batch, type Batch, type Row } from './batch';
import type { PpoConfig } from './config';
import { credit } from './credit';
import { loss } from './loss';
import { initialState, next, type PpoState } from './next';
import { scoreReference } from './reference';

export interface PpoInputs extends SampledInputs {
  /** Score head of a reward model of the same width; needed for `valueInit: 'rewardModel'`. [1, D] */
  readonly scoreHead?: tf.Tensor;
}

export const ppo: SampledAlgorithm<PpoConfig, 'values', Row, Batch, PpoState> = {
  name: 'ppo',
  shown: ['objective/scores', 'objective/score_gap', 'objective/kl'],
  sizes: { responses: 'rolloutBatchSize', passes: 'numPpoEpochs' },
  heads: (params, hidden) => ({ values: values(params, hidden) }),
  scoreReference,
  initialState,
  credit,
  batch,
  loss,
  next,
  learningRateFactor: (state) => state.learningRateFactor,
};

/**
 * Trains a policy by PPO and returns its parameters without the value head, as {@link trainSampled}.
 *
 * Metrics: TRL's `objective/{kl,entropy,scores,rlhf_reward,non_score_reward}`, `policy/{approxkl,clipfrac,entropy}_avg`,
 * `loss/{policy,value,sft}_avg`, `val/{ratio,ratio_var,clipfrac_avg,num_eos_tokens}`, and `objective/{kl_k3,kl_coef,
 * reference_scores,score_gap}`, `val/sampler_gap`, `critic/vf_explained_var` and
 * `completions/{mean_length,min_length,max_length,clipped_ratio}`.
 *
 * @throws {InputError} without a score head when the configuration needs one.
 *
 * @example
 * ```ts
 * import * as kit from 'rlhf-kit';
 *
 * await kit.useEngine();
 * const sft = kit.loadModel('runs/start/sft/model');
 * const prompts = await kit.readPrompts('runs/start/world/reinforce.jsonl');
 * const scorer = kit.goldJudge(kit.createWorld(1)); // or a rewardScorer, or a rule of your own
 * const config = kit.parseConfig('ppo', kit.ppoFields, { klCoef: 0.1, maxNewTokens: 64, maxSteps: 40 });
 * const params = await kit.trainPpo(sft, { prompts, scorer }, config, await kit.scratchRun('ppo', config));
 * kit.saveModel('runs/mine/ppo', { ...sft, params });
 * ```
 */
export async function trainPpo(
  given: LanguageModel,
  inputs: PpoInputs,
  config: PpoConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const reference = inPrecision(given, config);
  const valueHead = initialValueHead(reference, inputs, config);
  try {
    const initial = { ...reference.params, ...valueHead };
    const trained = await trainSampled(ppo, reference, inputs, config, run, initial);
    const { 'value.weight': weight, 'value.bias': bias, ...policy } = trained;
    disposeTree([weight, bias]);
    return policy;
  } finally {
    disposeTree(valueHead);
  }
}

function initialValueHead(
  { config: { hiddenSize } }: LanguageModel,
  { scoreHead }: PpoInputs,
  config: PpoConfig,
): NamedTensors {
  if (config.valueInit === 'zero') {
    return { 'value.weight': tf.zeros([1, hiddenSize]), 'value.bias': tf.zeros([1]) };
  }
  if (scoreHead === undefined || scoreHead.shape.join() !== `1,${hiddenSize}`) {
    throw new InputError(
      `ppo: valueInit 'rewardModel' needs a reward model of the policy's width (${hiddenSize}), got ${scoreHead === undefined ? 'none' : `a score head of [${scoreHead.shape.join(', ')}]`}`,
    );
  }
  return { 'value.weight': scoreHead.clone(), 'value.bias': tf.zeros([1]) };
}
