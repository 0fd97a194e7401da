/**
 * Stage 5: proximal policy optimization against a reward model, after ChatGLM-RLHF: scores are taken relative to the
 * reference policy's on the same prompt, nothing is whitened, and a next-token loss on demonstrations guards what SFT taught.
 */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../errors';
import { values as valueHead } from '../../model/heads';
import { sampleResponses, type LanguageModel } from '../../model/sample';
import { createRng } from '../../random';
import { entropy } from '../../tensor/logprobs';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import {
  demonstrationMicrobatches,
  encodeDemonstration,
  type DemonstrationRow,
} from '../../train/demonstrations';
import { train, type LossAndMetrics, type Trainer } from '../../train/loop';
import type { Metrics } from '../../train/metrics';
import { nextTokenLoss } from '../../train/next-token-loss';
import { startProgress } from '../../train/progress';
import { responseHidden, responseLogits, responseLogprobs } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import { chunk, stepRows } from '../../train/sampler';
import { adaptLearningRate } from '../../train/schedule';
import type { Demonstration, PromptRecord, Scorer } from '../../types';
import { openSamples } from '../samples';
import { adaptKlCoef, gae, tokenRewards, whiten } from './advantage';
import { ppoBatch, type PpoBatch, type PpoRow } from './batch';
import type { PpoConfig } from './config';
import { ppoPolicyLoss, ppoValueLoss } from './loss';
import { rolloutSampler, scorerInputs, type PpoRollout } from './rollout';
import { rolloutMetrics, type ScoredRollouts } from './rollout-metrics';

export interface PpoInputs {
  readonly prompts: readonly PromptRecord[];
  readonly scorer: Scorer;
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
  /** Score head of a reward model of the same width; needed for `valueInit: 'rewardModel'`. [1, D] */
  readonly scoreHead?: tf.Tensor;
}

/**
 * Trains a policy by PPO and returns its parameters, without the value head; the given model is the frozen reference and is
 * left as it is.
 *
 * Metrics: TRL's `objective/{kl,entropy,scores,rlhf_reward,non_score_reward}`, `policy/{approxkl,clipfrac,entropy}_avg`,
 * `loss/{policy,value,sft}_avg`, `val/{ratio,ratio_var,clipfrac_avg,num_eos_tokens}`, and `objective/{kl_k3,kl_coef,
 * reference_scores,score_gap}`, `critic/vf_explained_var`, `completions/mean_length`.
 *
 * @throws {InputError} without prompts; without demonstrations or score head when the configuration needs them; when the
 * ratio on the first minibatch of an iteration is not 1.
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
  const demonstrations = sftLossCoef > 0 ? encodeDemonstrations(inputs, config, reference) : [];
  const sample = rolloutSampler(reference, config);
  const referenceScores =
    config.rewardBaseline === 'reference' ? await scoreReference(reference, inputs, config) : undefined;
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
    const sft =
      batch.demonstrations === undefined
        ? undefined
        : nextTokenLoss(params, model, batch.demonstrations).loss;
    let total = tf.add<tf.Scalar>(policyLoss, tf.mul(valueLoss, vfCoef));
    if (sft !== undefined) total = tf.add(total, tf.mul(sft, sftLossCoef));
    return {
      loss: total,
      metrics: {
        'loss/policy_avg': policyLoss,
        'loss/value_avg': valueLoss,
        ...(sft !== undefined && { 'loss/sft_avg': sft }),
        'policy/approxkl_avg': mean(policy.approxKl),
        'policy/clipfrac_avg': mean(policy.clipped),
        'policy/entropy_avg': mean(tf.reshape(entropy(logits), mask.shape)),
        'val/clipfrac_avg': mean(value.clipped),
        'val/ratio': mean(policy.ratio),
        'val/ratio_square': mean(tf.square(policy.ratio)),
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
        appendSamples(scored.samples(step));
      }
      const updates: PpoBatch[][] = [];
      for (let epoch = 0; epoch < config.numPpoEpochs; epoch++) {
        const order = rng.fork('minibatches').fork(step).fork(epoch).shuffle(scored.rows);
        for (const whole of chunk(order, Math.ceil(order.length / config.numMiniBatches))) {
          const parts = chunk(whole, Math.ceil(whole.length / config.gradientAccumulationSteps));
          const own = demonstrations.length === 0 ? [] : demonstrationsOf(step, updates.length);
          updates.push(parts.map((part, i) => ppoBatch(part, whole, tokenizer.padTokenId, own[i])));
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
  const demonstrationsOf = (step: number, update: number) => {
    const position = (step - 1) * trainer.updatesPerStep + update + 1;
    return demonstrationMicrobatches(
      stepRows(position, config.sftBatchSize, demonstrations.length, rng.fork('demonstrations')).map(
        (i) => demonstrations[i] as DemonstrationRow,
      ),
      config.gradientAccumulationSteps,
      tokenizer.padTokenId,
    );
  };
  const finishStep = (perUpdate: readonly Metrics[], kl: number): Metrics => {
    refuseStaleRatio(perUpdate[0]?.['val/ratio'] as number);
    const mean = (key: string): number =>
      perUpdate.reduce((sum, row) => sum + (row[key] as number), 0) / perUpdate.length;
    const logged = {
      'objective/kl_coef': carry.klCoef,
      'val/ratio_var': mean('val/ratio_square') - mean('val/ratio') ** 2,
    };
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
        mean('policy/approxkl_avg'),
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

/** Rewards and advantages of rollouts: score, minus the penalty for a missing end, minus the baseline; then the KL of every token. */
function scoreRollouts(
  rollouts: readonly PpoRollout[],
  rawScores: Float32Array,
  referenceScores: ReadonlyMap<string, number> | undefined,
  config: PpoConfig,
  klCoef: number,
): ScoredRollouts {
  const scores = Array.from(rawScores);
  const penalised = scores.map(
    (score, i) => score - (rollouts[i]?.finished === true ? 0 : config.missingEosPenalty),
  );
  const batchMean = penalised.reduce((sum, score) => sum + score, 0) / penalised.length;
  const baselines = rollouts.map(({ record }) => {
    switch (config.rewardBaseline) {
      case 'none':
        return 0;
      case 'batchMean':
        return batchMean;
      case 'reference':
        return referenceScores?.get(record.promptId) as number;
    }
  });
  const kls = rollouts.map(({ logprobs, refLogprobs }) =>
    logprobs.map((logprob, t) => cutLogRatio(logprob - (refLogprobs[t] as number))),
  );
  let rewards = rollouts.map((_, i) =>
    tokenRewards(kls[i] as Float32Array, (penalised[i] as number) - (baselines[i] as number), klCoef),
  );
  if (config.whitenRewards) rewards = whiten(rewards, false);
  const estimates = rollouts.map(({ values }, i) =>
    gae(rewards[i] as Float32Array, values, config.gamma, config.lam),
  );
  const advantages = estimates.map((estimate) => estimate.advantages);
  const whitened = config.whitenAdvantages ? whiten(advantages, true) : advantages;
  const rows = rollouts.map(({ promptTokens, responseTokens, logprobs, values }, i): PpoRow => ({
    promptTokens,
    responseTokens,
    logprobs,
    values,
    advantages: whitened[i] as Float32Array,
    returns: estimates[i]?.returns as Float32Array,
  }));
  return {
    rollouts,
    rows,
    scores: penalised,
    baselines,
    kls,
    klCoef,
    samples: (step) =>
      rollouts.map(({ record, response, finished, responseTokens }, i) => ({
        step,
        promptId: record.promptId,
        ...(record.task !== undefined && { task: record.task }),
        prompt: record.prompt,
        response,
        finished,
        responseTokens: responseTokens.length,
        score: scores[i] as number,
        kl: (kls[i] as Float32Array).reduce((sum, kl) => sum + kl, 0),
      })),
  };
}

function cutLogRatio(value: number): number {
  return Math.min(20, Math.max(-20, value));
}

/** Mean score of the reference policy's own answers to every prompt, sampled once before training. */
async function scoreReference(
  reference: LanguageModel,
  { prompts, scorer }: PpoInputs,
  config: PpoConfig,
): Promise<Map<string, number>> {
  const { referenceSamples, maxNewTokens, maxPromptTokens, temperature } = config;
  const progress = startProgress('ppo: reference', prompts.length * referenceSamples, 'response');
  const rollouts = await sampleResponses(reference, prompts, {
    samplesPerPrompt: referenceSamples,
    maxNewTokens,
    maxPromptTokens,
    temperature,
    rng: createRng(config.seed).fork('ppo').fork('reference'),
    onProgress: (done) => progress.update(done),
  });
  progress.stop();
  const scores = await scorer(rollouts);
  const penalised = rollouts.map(
    ({ finished }, i) => (scores[i] as number) - (finished ? 0 : config.missingEosPenalty),
  );
  return new Map(
    chunk(penalised, referenceSamples).map((own, i) => [
      (prompts[i] as PromptRecord).promptId,
      own.reduce((sum, score) => sum + score, 0) / own.length,
    ]),
  );
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

function encodeDemonstrations(
  { demonstrations = [] }: PpoInputs,
  config: PpoConfig,
  { tokenizer }: LanguageModel,
): DemonstrationRow[] {
  if (demonstrations.length === 0)
    throw new InputError('ppo: sftLossCoef is above 0, so demonstrations are needed, got none');
  return demonstrations.map((row) =>
    encodeDemonstration(tokenizer, row, 'assistant', config.maxPromptTokens + config.maxNewTokens),
  );
}

/** Before the first update of an iteration the policy is the one that sampled: any other ratio is a bug upstream. */
function refuseStaleRatio(ratio: number): void {
  if (Math.abs(ratio - 1) > 1e-4) {
    throw new InputError(
      `ppo: the mean ratio on the first minibatch must be 1, got ${ratio}: the log-probabilities of the rollout are not those of the policy`,
    );
  }
}
