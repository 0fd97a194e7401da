/** Stage 5: direct preference optimization, a loss on pairs against a frozen reference. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../../backend';
import { InputError } from '../../errors';
import type { LanguageModel } from '../../model/sample';
import { createRng } from '../../random';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import { train, type LossAndMetrics, type Trainer } from '../../train/loop';
import { inPrecision, roundingTolerance } from '../../train/precision';
import { startProgress } from '../../train/progress';
import { responseHidden, responseLogits, responseLogprobs, sequenceLogprobs } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import { chunk, stepRowsByLength } from '../../train/sampler';
import { padRows, type SequenceBatch } from '../../train/sequences';
import type { Demonstration, PreferencePair } from '../../types';
import { demonstrationSource, sftTerm } from '../demonstrations';
import { openSamples } from '../samples';
import { dpoBatch, encodePair, type DpoBatch, type DpoRow } from './batch';
import type { DpoConfig } from './config';
import { dpoLoss } from './loss';
import { policySampler, type DpoSampling } from './sampling';

export interface DpoInputs extends DpoSampling {
  readonly pairs: readonly PreferencePair[];
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
}

/**
 * Trains a policy by DPO and returns its parameters; the given model is the frozen reference and is left as it is.
 *
 * Metrics: `loss`, `loss/preference_avg`, `loss/sft_avg`, `rewards/chosen`, `rewards/rejected` (β times the log-ratios),
 * `rewards/accuracies`, `rewards/margins`, `logps/chosen`, `logps/rejected`, `epoch`.
 *
 * @throws {InputError} without pairs; without demonstrations when `sftLossCoef` is above 0; without prompts to sample from when
 * `samplesEvery` is; when the first loss of the sigmoid form is not ln 2, which means that policy and reference disagree before any update.
 */
export async function trainDpo(
  given: LanguageModel,
  inputs: DpoInputs,
  config: DpoConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const reference = inPrecision(given, config);
  const { params: refParams, config: model, tokenizer } = reference;
  const { lossType, sftLossCoef } = config;
  const rng = createRng(config.seed).fork('dpo');

  // 1. data
  if (inputs.pairs.length === 0) throw new InputError('dpo: there are no preference pairs');
  const maxLength = config.maxPromptTokens + config.maxResponseTokens;
  const drawDemonstrations = demonstrationSource(
    'dpo',
    inputs.demonstrations ?? [],
    tokenizer,
    { ...config, maxLength },
    rng.fork('demonstrations'),
  );
  const sample = config.samplesEvery > 0 ? policySampler(reference, inputs, config) : undefined;
  const rows = inputs.pairs.map((pair) => encodePair(tokenizer, pair, config));
  const logps = jit((params: NamedTensors, batch: SequenceBatch) => {
    const logprobs = responseLogprobs(
      responseLogits(params, model, responseHidden(params, model, batch)),
      batch,
    );
    return sequenceLogprobs(logprobs, batch.responseMask); // [2B]
  });
  const lengths = rows.map(longerSide);
  const drawn = (step: number): DpoRow[] =>
    stepRowsByLength(step, config.batchSize, lengths, rng.fork('rows')).map((i) => rows[i] as DpoRow);
  const needed = new Set(Array.from({ length: config.maxSteps }, (_, i) => drawn(i + 1)).flat());
  readReference([...needed], (batch) => logps(refParams, batch), config, tokenizer.padTokenId);

  // 2. loss
  const loss = (params: NamedTensors, batch: DpoBatch): LossAndMetrics => {
    const { sequences, refChosenLogps, refRejectedLogps, count, chosenTokens } = batch;
    const { beta, labelSmoothing, chosenSftCoef } = batch.coefficients;
    const mean = (perPair: tf.Tensor): tf.Scalar => tf.div(tf.sum(perPair), count);
    const logits = responseLogits(params, model, responseHidden(params, model, sequences));
    const summed = sequenceLogprobs(responseLogprobs(logits, sequences), sequences.responseMask); // [2B]
    const [chosenLogps, rejectedLogps] = tf.split(summed, 2) as [tf.Tensor1D, tf.Tensor1D]; // [B] each
    const [chosen, rejected] = tf.split(tf.sum(sequences.responseMask, 1), 2) as [tf.Tensor1D, tf.Tensor1D];
    const chosenLogratios = tf.sub(chosenLogps, refChosenLogps) as tf.Tensor1D;
    const rejectedLogratios = tf.sub(rejectedLogps, refRejectedLogps) as tf.Tensor1D;
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
  };

  // 3. trainer
  const appendSamples =
    config.samplesEvery > 0 ? openSamples(run.file('samples.jsonl'), run.lastStep()) : undefined;
  const trainer: Trainer<DpoBatch> = {
    name: 'dpo',
    totalSteps: config.maxSteps,
    updatesPerStep: 1,
    shown: ['loss', 'rewards/accuracies', 'rewards/margins'],
    loss,
    async batches(step) {
      const chosen = drawn(step);
      const parts = chunk(chosen, Math.ceil(chosen.length / config.gradientAccumulationSteps));
      const own = drawDemonstrations(step, parts.length);
      return {
        updates: [parts.map((part, i) => dpoBatch(part, chosen, tokenizer.padTokenId, config, own[i]))],
        metrics: { epoch: (step * config.batchSize) / rows.length },
        finish: (updates) => {
          if (step === 1 && config.lossType === 'sigmoid')
            refuseUnequalStart(updates[0]?.['loss/preference_avg'] as number, config);
          return {};
        },
      };
    },
    async afterStep(step, params) {
      if (sample !== undefined && (step % config.samplesEvery === 0 || step === config.maxSteps)) {
        appendSamples?.(await sample(step, params, rng.fork('samples').fork(step)));
      }
      return undefined;
    },
  };
  return train(trainer, refParams, config, run);
}

/** Reads log π_ref of both sides of the pairs that the run will draw, once and for all; pairs of like length go together. */
function readReference(
  rows: readonly DpoRow[],
  logps: (batch: SequenceBatch) => tf.Tensor1D,
  config: DpoConfig,
  padTokenId: number,
): void {
  const progress = startProgress('dpo: reference', rows.length, 'pair');
  let done = 0;
  for (const part of chunk(
    [...rows].sort((a, b) => longerSide(a) - longerSide(b)),
    config.batchSize,
  )) {
    const sides = [...part.map((row) => row.chosen), ...part.map((row) => row.rejected)];
    const batch = padRows(sides, padTokenId, config, 2 * config.batchSize);
    const read = logps(batch);
    const values = read.dataSync();
    disposeTree([batch, read]);
    part.forEach((row, i) => {
      row.refChosenLogps = values[i] as number;
      row.refRejectedLogps = values[part.length + i] as number;
    });
    progress.update((done += part.length));
  }
  progress.stop();
}

function longerSide({ chosen, rejected }: DpoRow): number {
  const responses = Math.max(chosen.responseTokens.length, rejected.responseTokens.length);
  return chosen.promptTokens.length + responses;
}

/**
 * Without an update policy and reference are one model, and the sigmoid loss is ln 2 whatever the labels.
 *
 * @throws {InputError} when it is not.
 */
export function refuseUnequalStart(loss: number, precision: Pick<DpoConfig, 'bf16'>): void {
  if (Math.abs(loss - Math.LN2) > roundingTolerance(1e-3, precision)) {
    throw new InputError(
      `dpo: the loss before any update must be ln 2 = ${Math.LN2.toFixed(4)}, got ${loss.toFixed(4)}: policy and reference disagree on the same tokens`,
    );
  }
}
