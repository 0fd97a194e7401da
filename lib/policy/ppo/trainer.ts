/**
 * Stage 5: proximal policy optimization against a reward model, after ChatGLM-RLHF: scores are taken relative to the
 * reference policy's on the same prompt, nothing is whitened, and a next-token loss on demonstrations guards what SFT taught.
 */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../errors';
import { values as valueHead } from '../../model/heads';
import type { LanguageModel } from '../../model/sample';
import { createRng } from '../../random';
import { entropy } from '../../tensor/logprobs';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import { train, type Trainer } from '../../train/loop';
import type { LossAndMetrics, Metrics } from '../../train/metrics';
import { inPrecision } from '../../train/precision';
import { responseHidden, responseLogits, responseLogprobs } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import { stepRows } from '../../train/sampler';
import { adaptLearningRate } from '../../train/schedule';
import type { Demonstration, PromptRecord, Scorer } from '../../types';
import { demonstrationSource, sftTerm } from '../demonstrations';
import { requirePromptRoom, scorerInputs, sequenceLimits } from '../rollout';
import { openSamples, rolloutSamples } from '../samples';
import { partMetrics, scoreInParts } from '../scores';
import { cutUpdates, refuseStaleRatio } from '../updates';
import { adaptKlCoef } from './advantage';
import { ppoBatch, type PpoBatch } from './batch';
import type { PpoConfig } from './config';
import { ppoPolicyLoss, ppoValueLoss } from './loss';
import { scoreReference, scoreRollouts } from './rewards';
import { ppoSampler } from './rollout';
import { rolloutMetrics } from './rollout-metrics';

export interface PpoInputs {
  readonly prompts: readonly PromptRecord[];
  readonly scorer: Scorer;
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
  /** Score head of a reward model of the same width; needed for `valueInit: 'rewardModel'`. [1, D] */
  readonly scoreHead?: tf.Tensor;
  /** Called after every step with the policy reached, value head included; what it returns is logged, e.g. forgetting probes. */
  readonly afterStep?: (step: number, params: NamedTensors) => Promise<Metrics | undefined>;
}

/** What changes as the run goes. */
type PpoState = {
  readonly klCoef: number;
  readonly learningRateFactor: number;
};

/**
 * Trains a policy by PPO and returns its parameters, without the value head; the given model is the frozen reference and is
 * left as it is.
 *
 * Metrics: TRL's `objective/{kl,entropy,scores,rlhf_reward,non_score_reward}`, `policy/{approxkl,clipfrac,entropy}_avg`,
 * `loss/{policy,value,sft}_avg`, `val/{ratio,ratio_var,clipfrac_avg,num_eos_tokens}`, and `objective/{kl_k3,kl_coef,
 * reference_scores,score_gap}`, `val/sampler_gap`, `critic/vf_explained_var`,
 * `completions/{mean_length,min_length,max_length,clipped_ratio}`, and `rewards/<part>/{mean,std}` of scorers that tell their
 * parts. `val/ratio_var` is taken around 1, the mean that ratios
 * have under the policy that sampled.
 *
 * @throws {InputError} without prompts; without demonstrations or score head when the configuration needs them; when the
 * minibatches of an iteration would differ in size; when the ratios on its first minibatch are not 1.
 */
export async function trainPpo(
  given: LanguageModel,
  inputs: PpoInputs,
  config: PpoConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const reference = inPrecision(given, config);
  const { config: model, tokenizer } = reference;
  const { sftLossCoef, temperature } = config;
  const rng = createRng(config.seed).fork('ppo');

  // 1. data
  const { prompts, scorer } = inputs;
  if (prompts.length === 0) throw new InputError('ppo: there are no prompts');
  requirePromptRoom('ppo', reference, prompts, config);
  if (config.rolloutBatchSize % config.numMiniBatches !== 0) {
    throw new InputError(
      `ppo: rolloutBatchSize must be a multiple of numMiniBatches (${config.numMiniBatches}), got ${config.rolloutBatchSize}`,
    );
  }
  const limits = sequenceLimits(config);
  const maxLength = limits.maxPromptTokens + limits.maxResponseTokens;
  const drawDemonstrations = demonstrationSource(
    'ppo',
    inputs.demonstrations ?? [],
    tokenizer,
    { ...config, maxLength },
    rng.fork('demonstrations'),
  );
  const sample = ppoSampler(reference, config);
  const referenceScores =
    config.rewardBaseline === 'reference'
      ? await scoreReference(reference, prompts, scorer, config, rng.fork('reference'))
      : undefined;

  // 2. loss
  const loss = (params: NamedTensors, batch: PpoBatch): LossAndMetrics => {
    const { sequences, oldLogprobs, oldValues, advantages, returns, count } = batch;
    const { cliprange, cliprangeValue, vfCoef } = batch.coefficients;
    const mask = sequences.responseMask; // [B, R]
    const mean = (perToken: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(perToken, mask)), count);
    const hidden = responseHidden(params, model, sequences); // [B, R, D]
    const logits = responseLogits(params, model, hidden, temperature); // [B·R, V]
    const policy = ppoPolicyLoss(responseLogprobs(logits, sequences), oldLogprobs, advantages, cliprange);
    const value = ppoValueLoss(valueHead(params, hidden), oldValues, returns, cliprangeValue);
    const policyLoss = mean(policy.loss);
    const valueLoss = mean(value.loss);
    const sft = sftTerm(params, model, batch.demonstrations);
    let total = tf.add<tf.Scalar>(policyLoss, tf.mul(valueLoss, vfCoef));
    if (sftLossCoef > 0) total = tf.add(total, sft.weighted);
    return {
      loss: total,
      metrics: {
        'loss/policy_avg': policyLoss,
        'loss/value_avg': valueLoss,
        ...(sftLossCoef > 0 && { 'loss/sft_avg': sft.loss }),
        'policy/approxkl_avg': mean(policy.approxKl),
        'policy/clipfrac_avg': mean(policy.clipped),
        'policy/entropy_avg': mean(tf.reshape(entropy(logits), mask.shape)),
        'val/clipfrac_avg': mean(value.clipped),
        'val/ratio': mean(policy.ratio),
        'val/ratio_var': mean(tf.square(tf.sub(policy.ratio, 1))),
      },
    };
  };

  // 3. trainer
  const appendSamples =
    config.samplesEvery > 0 ? openSamples(run.file('samples.jsonl'), run.lastStep()) : undefined;
  const trainer: Trainer<PpoBatch, PpoState> = {
    name: 'ppo',
    totalSteps: config.maxSteps,
    updatesPerStep: config.numPpoEpochs * config.numMiniBatches,
    initialState: { klCoef: config.klCoef, learningRateFactor: 1 },
    learningRateFactor: (state) => state.learningRateFactor,
    shown: ['objective/scores', 'objective/score_gap', 'objective/kl'],
    loss,
    ...(inputs.afterStep !== undefined && { afterStep: inputs.afterStep }),
    async batches(step, params, state) {
      const chosen = stepRows(step, config.rolloutBatchSize, prompts.length, rng.fork('rows')).map(
        (i) => prompts[i] as PromptRecord,
      );
      const rollouts = await sample(params, chosen, rng.fork('samples').fork(step));
      const scores = await scoreInParts(scorer, scorerInputs(rollouts));
      const scored = scoreRollouts(rollouts, scores.scores, referenceScores, config, state.klCoef);
      if (appendSamples !== undefined && (step % config.samplesEvery === 0 || step === 1)) {
        appendSamples(rolloutSamples(step, rollouts, scores));
      }
      const updates = cutUpdates(
        step,
        scored.rows,
        config.numPpoEpochs,
        config,
        rng,
        drawDemonstrations,
        (part, whole, own) => ppoBatch(part, whole, tokenizer.padTokenId, config, own),
      );
      const metrics = { ...rolloutMetrics(scored), ...partMetrics(scores) };
      return {
        updates,
        metrics,
        next: (perUpdate) => finishStep(state, perUpdate, metrics['objective/kl'] as number),
      };
    },
  };
  const finishStep = (state: PpoState, perUpdate: readonly Metrics[], kl: number) => {
    refuseStaleRatio('ppo', perUpdate[0] as Metrics, config);
    const approxKl = perUpdate.reduce((sum, row) => sum + (row['policy/approxkl_avg'] as number), 0);
    const { klTarget, klHorizon, lrKlTarget, rolloutBatchSize } = config;
    const { klCoef, learningRateFactor } = state;
    return {
      state: {
        klCoef:
          klTarget === undefined ? klCoef : adaptKlCoef(klCoef, kl, klTarget, rolloutBatchSize, klHorizon),
        learningRateFactor:
          lrKlTarget === undefined
            ? learningRateFactor
            : adaptLearningRate(learningRateFactor, approxKl / perUpdate.length, lrKlTarget),
      },
      metrics: { 'objective/kl_coef': klCoef },
    };
  };
  const initial = withValueHead(reference, inputs, config);
  try {
    const trained = await train(trainer, initial, config, run);
    const { 'value.weight': weight, 'value.bias': bias, ...policy } = trained;
    disposeTree([weight, bias]);
    return policy;
  } finally {
    disposeTree([initial['value.weight'], initial['value.bias']]);
  }
}

function withValueHead(
  { params, config: model }: LanguageModel,
  { scoreHead }: PpoInputs,
  config: PpoConfig,
): NamedTensors {
  if (config.valueInit === 'zero') {
    return { ...params, 'value.weight': tf.zeros([1, model.hiddenSize]), 'value.bias': tf.zeros([1]) };
  }
  if (scoreHead === undefined || scoreHead.shape.join() !== `1,${model.hiddenSize}`) {
    throw new InputError(
      `ppo: valueInit 'rewardModel' needs a reward model of the policy's width (${model.hiddenSize}), got ${scoreHead === undefined ? 'none' : `a score head of [${scoreHead.shape.join(', ')}]`}`,
    );
  }
  return { ...params, 'value.weight': scoreHead.clone(), 'value.bias': tf.zeros([1]) };
}
