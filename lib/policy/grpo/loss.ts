/** The loss, with the model in it: a pure function of parameters and a batch. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../../model/config';
import type { NamedTensors } from '../../train/adamw';
import type { LossAndMetrics } from '../../train/metrics';
import { sftTerm } from '../demonstrations';
import { readBatch } from '../rollout-batch';
import type { Batch } from './batch';
import type { GrpoConfig } from './config';
import { grpoLoss } from './token-loss';

/** L = Σ weight · {@link grpoLoss} + sftLossCoef · NLL(demonstrations), with TRL's metrics. */
export function loss(
  params: NamedTensors,
  batch: Batch,
  model: ModelConfig,
  config: GrpoConfig,
): LossAndMetrics {
  const { oldLogprobs, refLogprobs, advantages, weights } = batch;
  const { logprobs, entropy, mean, ratioMetrics } = readBatch(params, batch, model, config);
  const options = { ...config, ...batch.coefficients };
  const policy = grpoLoss(logprobs, oldLogprobs, refLogprobs, advantages, options);
  const policyLoss = tf.sum<tf.Scalar>(tf.mul(policy.loss, weights));
  const sft = sftTerm(params, model, batch.demonstrations);
  const [low, high] = [mean(policy.lowClipped), mean(policy.highClipped)];
  return {
    loss: config.sftLossCoef > 0 ? tf.add(policyLoss, sft.weighted) : policyLoss,
    metrics: {
      'loss/policy_avg': policyLoss,
      ...(config.sftLossCoef > 0 && { 'loss/sft_avg': sft.loss }),
      ...(config.beta > 0 && { kl: mean(policy.kl) }),
      entropy: mean(entropy),
      'clip_ratio/low_mean': low,
      'clip_ratio/high_mean': high,
      'clip_ratio/region_mean': tf.add<tf.Scalar>(low, high),
      ...ratioMetrics,
    },
  };
}
