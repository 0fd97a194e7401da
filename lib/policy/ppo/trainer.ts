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
import { train, type LossAndMetrics, type Trainer } from '../../train/loop';
import type { Metrics } from '../../train/metrics';
import { nextTokenLoss } from '../../train/next-token-loss';
import { responseHidden, responseLogits, responseLogprobs } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import { chunk, stepRows } from '../../train/sampler';
import { adaptLearningRate } from '../../train/schedule';
import type { Demonstration, PromptRecord, Scorer } from '../../types';
import { demonstrationSource } from '../demonstrations';
import { openSamples } from '../samples';
import { adaptKlCoef } from './advantage';
import { ppoBatch, sequenceLimits, type PpoBatch } from './batch';
import type { PpoConfig } from './config';
import { ppoPolicyLoss, ppoValueLoss } from './loss';
import { rolloutSamples, scoreReference, scoreRollouts } from './rewards';
import { rolloutSampler, scorerInputs } from './rollout';
import { rolloutMetrics } from './rollout-metrics';

/** Spread of the ratios that rounding explains: the same tokens, read in batches of other shapes. */
const largestRatioSpread = 1e-3;

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

/**
 * Trains a policy by PPO and returns its parameters, without the value head; the given model is the frozen reference and is
 * left as it is.
 *
 * Metrics: TRL's `objective/{kl,entropy,scores,rlhf_reward,non_score_reward}`, `policy/{approxkl,clipfrac,entropy}_avg`,
 * `loss/{policy,value,sft}_avg`, `val/{ratio,ratio_var,clipfrac_avg,num_eos_tokens}`, and `objective/{kl_k3,kl_coef,
 * reference_scores,score_gap}`, `val/sampler_gap`, `critic/vf_explained_var`,
 * `completions/{mean_length,min_length,max_length,clipped_ratio}`. `val/ratio_var` is taken around 1, the mean that ratios
 * have under the policy that sampled.
 *
 * @throws {InputError} without prompts; without demonstrations or score head when the configuration needs them; when the
 * minibatches of an iteration would differ in size; when the ratios on its first minibatch are not 1.
 */
export async function trainPpo(
  reference: LanguageModel,
  inputs: PpoInputs,
  config: PpoConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const { config: model, tokenizer } = reference;
  const { sftLossCoef, vfCoef, temperature } = config;
  const rng = createRng(config.seed).fork('ppo');

  // 1. data
  const { prompts, scorer } = inputs;
  if (prompts.length === 0) throw new InputError('ppo: there are no prompts');
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
  const sample = rolloutSampler(reference, config);
  const referenceScores =
    config.rewardBaseline === 'reference'
      ? await scoreReference(reference, prompts, scorer, config, rng.fork('reference'))
      : undefined;
  const carry = { klCoef: config.klCoef, learningRateFactor: 1 };

  // 2. loss
  const loss = (params: NamedTensors, batch: PpoBatch): LossAndMetrics => {
    const { sequences, oldLogprobs, oldValues, advantages, returns, count } = batch;
    const mask = sequences.responseMask; // [B, R]
    const mean = (perToken: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(perToken, mask)), count);
    const hidden = responseHidden(params, model, sequences); // [B, R, D]
    const logits = responseLogits(params, model, hidden, temperature); // [B·R, V]
    const policy = ppoPolicyLoss(
      responseLogprobs(logits, sequences),
      oldLogprobs,
      advantages,
      config.cliprange,
    );
    const value = ppoValueLoss(valueHead(params, hidden), oldValues, returns, config.cliprangeValue);
    const policyLoss = mean(policy.loss);
    const valueLoss = mean(value.loss);
    // A small draw may not reach every part of an update: what is missing adds 0.
    const sft =
      batch.demonstrations === undefined
        ? tf.scalar(0)
        : nextTokenLoss(params, model, batch.demonstrations).loss;
    let total = tf.add<tf.Scalar>(policyLoss, tf.mul(valueLoss, vfCoef));
    if (sftLossCoef > 0) total = tf.add(total, tf.mul(sft, sftLossCoef));
    return {
      loss: total,
      metrics: {
        'loss/policy_avg': policyLoss,
        'loss/value_avg': valueLoss,
        ...(sftLossCoef > 0 && { 'loss/sft_avg': sft }),
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
  const trainer: Trainer<PpoBatch> = {
    name: 'ppo',
    totalSteps: config.maxSteps,
    updatesPerStep: config.numPpoEpochs * config.numMiniBatches,
    carry,
    shown: ['objective/scores', 'objective/score_gap', 'objective/kl'],
    loss,
    ...(inputs.afterStep !== undefined && { afterStep: inputs.afterStep }),
    async batches(step, params) {
      const chosen = stepRows(step, config.rolloutBatchSize, prompts.length, rng.fork('rows')).map(
        (i) => prompts[i] as PromptRecord,
      );
      const rollouts = await sample(params, chosen, rng.fork('samples').fork(step));
      const scored = scoreRollouts(
        rollouts,
        await scorer(scorerInputs(rollouts)),
        referenceScores,
        config,
        carry.klCoef,
      );
      if (appendSamples !== undefined && (step % config.samplesEvery === 0 || step === 1)) {
        appendSamples(rolloutSamples(step, scored));
      }
      const updates: PpoBatch[][] = [];
      for (let epoch = 0; epoch < config.numPpoEpochs; epoch++) {
        const order = rng.fork('minibatches').fork(step).fork(epoch).shuffle(scored.rows);
        for (const whole of chunk(order, order.length / config.numMiniBatches)) {
          const parts = chunk(whole, Math.ceil(whole.length / config.gradientAccumulationSteps));
          const update = (step - 1) * trainer.updatesPerStep + updates.length + 1;
          const own = drawDemonstrations(update, parts.length);
          updates.push(parts.map((part, i) => ppoBatch(part, whole, tokenizer.padTokenId, limits, own[i])));
        }
      }
      const metrics = rolloutMetrics(scored);
      return {
        updates,
        metrics,
        finish: (perUpdate) => finishStep(perUpdate, metrics['objective/kl'] as number),
      };
    },
  };
  const finishStep = (perUpdate: readonly Metrics[], kl: number): Metrics => {
    refuseStaleRatio(perUpdate[0] as Metrics);
    const approxKl = perUpdate.reduce((sum, row) => sum + (row['policy/approxkl_avg'] as number), 0);
    const logged = { 'objective/kl_coef': carry.klCoef };
    if (config.klTarget !== undefined) {
      carry.klCoef = adaptKlCoef(
        carry.klCoef,
        kl,
        config.klTarget,
        config.rolloutBatchSize,
        config.klHorizon,
      );
    }
    if (config.lrKlTarget !== undefined) {
      carry.learningRateFactor = adaptLearningRate(
        carry.learningRateFactor,
        approxKl / perUpdate.length,
        config.lrKlTarget,
      );
    }
    return logged;
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
      `ppo: valueInit 'rewardModel' needs a reward model of the policy's width (${model.hiddenSize}), got ${scoreHead === undefined ? 'none' : scoreHead.shape[1]}`,
    );
  }
  return { ...params, 'value.weight': scoreHead.clone(), 'value.bias': tf.zeros([1]) };
}

/**
 * Before the first update of an iteration the policy is the one that sampled, and every ratio is 1. Their mean alone would not
 * show it: samples of an older policy have a mean ratio near 1 as well, only the single ratios differ.
 *
 * @throws {InputError} when the mean is not 1 or the ratios spread around it.
 */
export function refuseStaleRatio({ 'val/ratio': ratio, 'val/ratio_var': variance }: Metrics): void {
  const spread = Math.sqrt(variance as number);
  if (Math.abs((ratio as number) - 1) > 1e-4 || spread > largestRatioSpread) {
    throw new InputError(
      `ppo: the ratio on the first minibatch must be 1, got ${ratio} ± ${spread}: the log-probabilities of the rollout are not those of the policy`,
    );
  }
}
