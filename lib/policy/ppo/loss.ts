/** The loss of PPO, with the model in it: a pure function of parameters and a batch. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../../model/config';
import { values as valueHead } from '../../model/heads';
import type { NamedTensors } from '../../train/adamw';
import type { LossAndMetrics } from '../../train/metrics';
import { sftTerm } from '../demonstrations';
import { readBatch } from '../rollout-batch';
import type { Batch } from './batch';
import type { PpoConfig } from './config';
import { ppoPolicyLoss, ppoValueLoss } from './token-loss';

/**
 * L = mean {@link ppoPolicyLoss} + vfCoef · mean {@link ppoValueLoss} + sftLossCoef · NLL(demonstrations), means over the response
 * tokens of the update, with TRL's metrics.
 */
export function loss(
  params: NamedTensors,
  batch: Batch,
  model: ModelConfig,
  config: PpoConfig,
): LossAndMetrics {
  const { oldLogprobs, oldValues, advantages, returns } = batch;
  const { cliprange, cliprangeValue, vfCoef } = batch.coefficients;
  const { hidden, logprobs, entropy, mean, ratioMetrics } = readBatch(params, batch, model, config);
  const policy = ppoPolicyLoss(logprobs, oldLogprobs, advantages, cliprange);
  const value = ppoValueLoss(valueHead(params, hidden), oldValues, returns, cliprangeValue);
  const [policyLoss, valueLoss] = [mean(policy.loss), mean(value.loss)];
  const sft = sftTerm(params, model, batch.demonstrations);
  const both = tf.add<tf.Scalar>(policyLoss, tf.mul(valueLoss, vfCoef));
  return {
    loss: config.sftLossCoef > 0 ? tf.add(both, sft.weighted) : both,
    metrics: {
      'loss/policy_avg': policyLoss,
      'loss/value_avg': valueLoss,
      ...(config.sftLossCoef > 0 && { 'loss/sft_avg': sft.loss }),
      'policy/approxkl_avg': mean(policy.approxKl),
      'policy/clipfrac_avg': mean(policy.clipped),
      'policy/entropy_avg': mean(entropy),
      'val/clipfrac_avg': mean(value.clipped),
      ...ratioMetrics,
    },
  };
}
