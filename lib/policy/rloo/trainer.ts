/**
 * Stage 5: REINFORCE leave-one-out against a reward model. There is no value head: a response is compared with the others to its
 * prompt, and the whole response is one action.
 */
import * as tf from '@tensorflow/tfjs';
import type { LanguageModel } from '../../model/sample';
import { createRng } from '../../random';
import { k1 } from '../../tensor/kl';
import { entropy } from '../../tensor/logprobs';
import type { NamedTensors } from '../../train/adamw';
import { train, type Trainer } from '../../train/loop';
import type { LossAndMetrics, Metrics } from '../../train/metrics';
import { inPrecision } from '../../train/precision';
import { responseHidden, responseLogits, responseLogprobs, sequenceLogprobs } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import type { Demonstration, PromptRecord, Scorer } from '../../types';
import { demonstrationSource, sftTerm } from '../demonstrations';
import { checkGroups, drawGroups, groupMetrics, groupRewards, groupSampler } from '../groups';
import { logRatios, requirePromptRoom, scorerInputs, sequenceLimits } from '../rollout';
import { openSamples, rolloutSamples } from '../samples';
import { moments, partMetrics, penaliseMissingEnd, scoreInParts } from '../scores';
import { cutUpdates, refuseStaleRatio } from '../updates';
import { responseReward, rlooAdvantages } from './advantage';
import { rlooBatch, type RlooBatch, type RlooRow } from './batch';
import type { RlooConfig } from './config';
import { rlooLoss } from './loss';

export interface RlooInputs {
  readonly prompts: readonly PromptRecord[];
  readonly scorer: Scorer;
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
}

/**
 * Trains a policy by RLOO and returns its parameters; the given model is the frozen reference and is left as it is.
 *
 * Metrics: TRL's `reward`, `reward_std`, `frac_reward_zero_std` (share of prompts whose responses all earn the same), `kl` (a token,
 * on the rollouts, when beta is above 0), `entropy`, `clip_ratio/{low_mean,high_mean,region_mean}` (of responses),
 * `completions/{mean_length,min_length,max_length,clipped_ratio}`, `sampling/sampling_logp_difference/max`,
 * `rewards/<part>/{mean,std}` of scorers that tell their parts, and as PPO has them `objective/kl` (a response),
 * `loss/{policy,sft}_avg`, `val/{ratio,ratio_var}`.
 *
 * @throws {InputError} without prompts; without demonstrations when the configuration needs them; when groups or minibatches of an
 * iteration would differ in size; when the ratios on its first minibatch are not 1.
 */
export async function trainRloo(
  given: LanguageModel,
  inputs: RlooInputs,
  config: RlooConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const reference = inPrecision(given, config);
  const { params: refParams, config: model, tokenizer } = reference;
  const { sftLossCoef, beta, temperature } = config;
  const rng = createRng(config.seed).fork('rloo');

  // 1. data
  const { prompts, scorer } = inputs;
  checkGroups('rloo', prompts, config);
  requirePromptRoom('rloo', reference, prompts, config);
  const limits = sequenceLimits(config);
  const maxLength = limits.maxPromptTokens + limits.maxResponseTokens;
  const drawDemonstrations = demonstrationSource(
    'rloo',
    inputs.demonstrations ?? [],
    tokenizer,
    { ...config, maxLength },
    rng.fork('demonstrations'),
  );
  const sample = groupSampler('rloo', reference, config);

  // 2. loss
  const loss = (params: NamedTensors, batch: RlooBatch): LossAndMetrics => {
    const { sequences, oldLogprobs, advantages, count, responses } = batch;
    const mask = sequences.responseMask; // [B, R]
    const mean = (perToken: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(perToken, mask)), count);
    const meanResponse = (perResponse: tf.Tensor): tf.Scalar => tf.div(tf.sum(perResponse), responses);
    const hidden = responseHidden(params, model, sequences); // [B, R, D]
    const logits = responseLogits(params, model, hidden, temperature); // [B·R, V]
    const logprobs = responseLogprobs(logits, sequences); // [B, R]
    const policy = rlooLoss(
      sequenceLogprobs(logprobs, mask),
      sequenceLogprobs(oldLogprobs, mask),
      advantages,
      batch.coefficients,
    );
    const policyLoss = meanResponse(policy.loss);
    const sft = sftTerm(params, model, batch.demonstrations);
    let total = policyLoss;
    if (sftLossCoef > 0) total = tf.add(total, sft.weighted);
    const [low, high] = [meanResponse(policy.lowClipped), meanResponse(policy.highClipped)];
    // Token by token, as in PPO and GRPO: rounding adds up over a response.
    const ratio = tf.exp(k1(logprobs, oldLogprobs)); // [B, R]
    return {
      loss: total,
      metrics: {
        'loss/policy_avg': policyLoss,
        ...(sftLossCoef > 0 && { 'loss/sft_avg': sft.loss }),
        entropy: mean(tf.reshape(entropy(logits), mask.shape)),
        'clip_ratio/low_mean': low,
        'clip_ratio/high_mean': high,
        'clip_ratio/region_mean': tf.add<tf.Scalar>(low, high),
        'val/ratio': mean(ratio),
        'val/ratio_var': mean(tf.square(tf.sub(ratio, 1))),
      },
    };
  };

  // 3. trainer
  const appendSamples =
    config.samplesEvery > 0 ? openSamples(run.file('samples.jsonl'), run.lastStep()) : undefined;
  const trainer: Trainer<RlooBatch> = {
    name: 'rloo',
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
      const ratios = rollouts.map(logRatios);
      const groups = groupRewards(
        ratios.map((own, i) => responseReward(own, rewards[i] as number, config)),
        config.numGenerations,
      );
      const advantages = rlooAdvantages(groups, config.normalizeAdvantages);
      if (appendSamples !== undefined && (step % config.samplesEvery === 0 || step === 1)) {
        appendSamples(rolloutSamples(step, rollouts, scores));
      }
      const rows = rollouts.map((rollout, i): RlooRow => ({
        ...rollout,
        advantage: advantages[i] as number,
      }));
      const updates = cutUpdates(
        step,
        rows,
        config.numIterations,
        config,
        rng,
        drawDemonstrations,
        (part, whole, own) => rlooBatch(part, whole, tokenizer.padTokenId, config, own),
      );
      return {
        updates,
        metrics: {
          ...groupMetrics(rollouts, rewards, groups),
          ...(beta > 0 && { kl: moments(ratios.flatMap((own) => [...own])).mean }),
          ...partMetrics(scores),
        },
        next: (perUpdate) => {
          refuseStaleRatio('rloo', perUpdate[0] as Metrics, config);
          return { state };
        },
      };
    },
  };
  return train(trainer, refParams, config, run);
}
