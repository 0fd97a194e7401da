/** The loss, with the model in it: a pure function of parameters and a batch. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../../model/config';
import type { NamedTensors } from '../../train/adamw';
import type { LossAndMetrics } from '../../train/metrics';
import { sequenceLogprobs } from '../../train/responses';
import { sftTerm } from '../demonstrations';
import { readBatch } from '../rollout-batch';
import type { Batch } from './batch';
import type { RlooConfig } from './config';
import { rlooLoss } from './response-loss';

/** L = mean {@link rlooLoss} over responses + sftLossCoef · NLL(demonstrations), with TRL's metrics. */
export function loss(
  params: NamedTensors,
  batch: Batch,
  model: ModelConfig,
  config: RlooConfig,
): LossAndMetrics {
  const { oldLogprobs, advantages, responses } = batch;
  const { logprobs, entropy, mean, ratioMetrics } = readBatch(params, batch, model, config);
  const total = (numbers: tf.Tensor2D) => sequenceLogprobs(numbers, batch.sequences.responseMask); // [B]
  const policy = rlooLoss(total(logprobs), total(oldLogprobs), advantages, batch.coefficients);
  const meanResponse = (perResponse: tf.Tensor): tf.Scalar => tf.div(tf.sum(perResponse), responses);
  const policyLoss = meanResponse(policy.loss);
  const sft = sftTerm(params, model, batch.demonstrations);
  const [low, high] = [meanResponse(policy.lowClipped), meanResponse(policy.highClipped)];
  return {
    loss: config.sftLossCoef > 0 ? tf.add(policyLoss, sft.weighted) : policyLoss,
    metrics: {
      'loss/policy_avg': policyLoss,
      ...(config.sftLossCoef > 0 && { 'loss/sft_avg': sft.loss }),
      entropy: mean(entropy),
      'clip_ratio/low_mean': low,
      'clip_ratio/high_mean': high,
      'clip_ratio/region_mean': tf.add<tf.Scalar>(low, high),
      ...ratioMetrics,
    },
  };
}
