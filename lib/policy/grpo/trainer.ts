/**
 * Stage 5: group relative policy optimization against a reward model. There is no value head: several responses to one prompt
 * are each other's baseline.
 */
import * as tf from '@tensorflow/tfjs';
import type { LanguageModel } from '../../model/sample';
import { createRng } from '../../random';
import { entropy } from '../../tensor/logprobs';
import type { NamedTensors } from '../../train/adamw';
import { train, type Trainer } from '../../train/loop';
import type { LossAndMetrics, Metrics } from '../../train/metrics';
import { inPrecision } from '../../train/precision';
import { responseHidden, responseLogits, responseLogprobs } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import type { Demonstration, PromptRecord, Scorer } from '../../types';
import { demonstrationSource, sftTerm } from '../demonstrations';
import { checkGroups, drawGroups, groupMetrics, groupRewards, groupSampler } from '../groups';
import { requirePromptRoom, scorerInputs, sequenceLimits } from '../rollout';
import { openSamples, rolloutSamples } from '../samples';
import { partMetrics, penaliseMissingEnd, scoreInParts } from '../scores';
import { cutUpdates, refuseStaleRatio } from '../updates';
import { grpoAdvantages } from './advantage';
import { grpoBatch, type GrpoBatch, type GrpoRow } from './batch';
import type { GrpoConfig } from './config';
import { grpoLoss } from './loss';

export interface GrpoInputs {
  readonly prompts: readonly PromptRecord[];
  readonly scorer: Scorer;
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
}

/**
 * Trains a policy by GRPO and returns its parameters; the given model is the frozen reference and is left as it is.
 *
 * Metrics: TRL's `reward`, `reward_std`, `frac_reward_zero_std` (share of prompts whose responses all earn the same), `kl` (a token,
 * when beta is above 0), `entropy`, `clip_ratio/{low_mean,high_mean,region_mean}`,
 * `completions/{mean_length,min_length,max_length,clipped_ratio}`, `sampling/sampling_logp_difference/max`,
 * `rewards/<part>/{mean,std}` of scorers that tell their parts, and as PPO has them `objective/kl` (a response),
 * `loss/{policy,sft}_avg`, `val/{ratio,ratio_var}`.
 *
 * @throws {InputError} without prompts; without demonstrations when the configuration needs them; when groups or minibatches of an
 * iteration would differ in size; when the ratios on its first minibatch are not 1.
 */
export async function trainGrpo(
  given: LanguageModel,
  inputs: GrpoInputs,
  config: GrpoConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const reference = inPrecision(given, config);
  const { params: refParams, config: model, tokenizer } = reference;
  const { sftLossCoef, beta, temperature } = config;
  const rng = createRng(config.seed).fork('grpo');

  // 1. data
  const { prompts, scorer } = inputs;
  checkGroups('grpo', prompts, config);
  requirePromptRoom('grpo', reference, prompts, config);
  const limits = sequenceLimits(config);
  const maxLength = limits.maxPromptTokens + limits.maxResponseTokens;
  const drawDemonstrations = demonstrationSource(
    'grpo',
    inputs.demonstrations ?? [],
    tokenizer,
    { ...config, maxLength },
    rng.fork('demonstrations'),
  );
  const sample = groupSampler('grpo', reference, config);

  // 2. loss
  const loss = (params: NamedTensors, batch: GrpoBatch): LossAndMetrics => {
    const { sequences, oldLogprobs, refLogprobs, advantages, weights, count } = batch;
    const mask = sequences.responseMask; // [B, R]
    const mean = (perToken: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(perToken, mask)), count);
    const hidden = responseHidden(params, model, sequences); // [B, R, D]
    const logits = responseLogits(params, model, hidden, temperature); // [B·R, V]
    const policy = grpoLoss(responseLogprobs(logits, sequences), oldLogprobs, refLogprobs, advantages, {
      ...config,
      ...batch.coefficients,
    });
    const policyLoss: tf.Scalar = tf.sum(tf.mul(policy.loss, weights));
    const sft = sftTerm(params, model, batch.demonstrations);
    let total = policyLoss;
    if (sftLossCoef > 0) total = tf.add(total, sft.weighted);
    const [low, high] = [mean(policy.lowClipped), mean(policy.highClipped)];
    return {
      loss: total,
      metrics: {
        'loss/policy_avg': policyLoss,
        ...(sftLossCoef > 0 && { 'loss/sft_avg': sft.loss }),
        ...(beta > 0 && { kl: mean(policy.kl) }),
        entropy: mean(tf.reshape(entropy(logits), mask.shape)),
        'clip_ratio/low_mean': low,
        'clip_ratio/high_mean': high,
        'clip_ratio/region_mean': tf.add<tf.Scalar>(low, high),
        'val/ratio': mean(policy.ratio),
        'val/ratio_var': mean(tf.square(tf.sub(policy.ratio, 1))),
      },
    };
  };

  // 3. trainer
  const appendSamples =
    config.samplesEvery > 0 ? openSamples(run.file('samples.jsonl'), run.lastStep()) : undefined;
  const trainer: Trainer<GrpoBatch> = {
    name: 'grpo',
    totalSteps: config.maxSteps,
    updatesPerStep: config.numIterations * config.numMiniBatches,
    initialState: {},
    shown: ['reward', 'frac_reward_zero_std', 'objective/kl'],
    loss,
    async batches(step, params, state) {
      const chosen = drawGroups(step, prompts, config, rng.fork('rows'));
      const rollouts = await sample(params, chosen, rng.fork('samples').fork(step));
      const scores = await scoreInParts(scorer, scorerInputs(rollouts));
      const rewards = penaliseMissingEnd(rollouts, scores.scores, config);
      const groups = groupRewards(rewards, config.numGenerations);
      const advantages = grpoAdvantages(groups, config.scaleRewards);
      if (appendSamples !== undefined && (step % config.samplesEvery === 0 || step === 1)) {
        appendSamples(rolloutSamples(step, rollouts, scores));
      }
      const rows = rollouts.map((rollout, i): GrpoRow => ({
        ...rollout,
        advantage: advantages[i] as number,
      }));
      const tokens = rows.reduce((sum, row) => sum + row.responseTokens.length, 0);
      const updates = cutUpdates(
        step,
        rows,
        config.numIterations,
        config,
        rng,
        drawDemonstrations,
        (part, whole, own) =>
          grpoBatch(part, whole, tokens / config.numMiniBatches, tokenizer.padTokenId, config, own),
      );
      return {
        updates,
        metrics: { ...groupMetrics(rollouts, rewards, groups), ...partMetrics(scores) },
        next: (perUpdate) => {
          refuseStaleRatio('grpo', perUpdate[0] as Metrics, config);
          return { state };
        },
      };
    },
  };
  return train(trainer, refParams, config, run);
}
