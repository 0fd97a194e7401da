/** The loss of DPO, with the model in it: a pure function of parameters and a batch. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../../model/config';
import type { NamedTensors } from '../../train/adamw';
import type { LossAndMetrics } from '../../train/metrics';
import { responseLengths, responseLogps } from '../../train/responses';
import { sftTerm } from '../demonstrations';
import type { Batch } from './batch';
import type { DpoConfig } from './config';
import { dpoLoss } from './pair-loss';

/** L = mean {@link dpoLoss} + chosenSftCoef · NLL(chosen) + sftLossCoef · NLL(demonstrations), with TRL's metrics. */
export function loss(
  params: NamedTensors,
  batch: Batch,
  model: ModelConfig,
  { lossType, sftLossCoef }: Pick<DpoConfig, 'lossType' | 'sftLossCoef'>,
): LossAndMetrics {
  const { sequences, refChosenLogps, refRejectedLogps, count, chosenTokens } = batch;
  const { beta, labelSmoothing, chosenSftCoef } = batch.coefficients;
  const mean = (perPair: tf.Tensor): tf.Scalar => tf.div(tf.sum(perPair), count);
  const logps = responseLogps(params, model, sequences); // [2B]
  const [chosenLogps, rejectedLogps] = tf.split(logps, 2) as [tf.Tensor1D, tf.Tensor1D]; // [B] each
  const [chosen, rejected] = tf.split(responseLengths(sequences), 2) as [tf.Tensor1D, tf.Tensor1D];
  const chosenLogratios = tf.sub(chosenLogps, refChosenLogps) as tf.Tensor1D; // [B]
  const rejectedLogratios = tf.sub(rejectedLogps, refRejectedLogps) as tf.Tensor1D; // [B]
  const options = { lossType, beta, labelSmoothing };
  const preference = mean(dpoLoss(chosenLogratios, rejectedLogratios, { chosen, rejected }, options));
  const chosenNll = tf.neg(tf.div(tf.sum(chosenLogps), chosenTokens)) as tf.Scalar;
  const sft = sftTerm(params, model, batch.demonstrations);
  let total = preference;
  if (chosenSftCoef !== 0) total = tf.add(total, tf.mul(chosenNll, chosenSftCoef));
  if (sftLossCoef > 0) total = tf.add(total, sft.weighted);
  const margins = tf.mul(tf.sub(chosenLogratios, rejectedLogratios), beta);
  return {
    loss: total,
    metrics: {
      'loss/preference_avg': preference,
      ...(sftLossCoef > 0 && { 'loss/sft_avg': sft.loss }),
      'rewards/chosen': mean(tf.mul(chosenLogratios, beta)),
      'rewards/rejected': mean(tf.mul(rejectedLogratios, beta)),
      'rewards/accuracies': mean(tf.cast(tf.greater(margins, 0), 'float32')),
      'rewards/margins': mean(margins),
      'logps/chosen': mean(chosenLogps),
      'logps/rejected': mean(rejectedLogps),
    },
  };
}
