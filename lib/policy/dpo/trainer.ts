/** Stage 5: direct preference optimization, a loss on pairs against a frozen reference. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../../backend';
import { InputError } from '../../errors';
import { sampleResponses, type LanguageModel } from '../../model/sample';
import { createRng } from '../../random';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import {
  demonstrationMicrobatches,
  encodeDemonstration,
  type DemonstrationRow,
} from '../../train/demonstrations';
import { train, type LossAndMetrics, type Trainer } from '../../train/loop';
import { nextTokenLoss } from '../../train/next-token-loss';
import { responseHidden, responseLogits, responseLogprobs, sequenceLogprobs } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import { chunk, stepRows } from '../../train/sampler';
import { encodeRow, padRows, type SequenceBatch } from '../../train/sequences';
import type { Demonstration, PreferencePair, PromptRecord, Scorer } from '../../types';
import { openSamples } from '../samples';
import { dpoBatch, encodePair, type DpoBatch, type DpoRow } from './batch';
import type { DpoConfig } from './config';
import { dpoLoss } from './loss';

export interface DpoInputs {
  readonly pairs: readonly PreferencePair[];
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
  /** Sampled from every `samplesEvery` steps. */
  readonly samplePrompts?: readonly PromptRecord[];
  /** Scores those samples. */
  readonly scorer?: Scorer;
  readonly temperature?: number;
}

/**
 * Trains a policy by DPO and returns its parameters; the given model is the frozen reference and is left as it is.
 *
 * Metrics: `loss`, `loss/preference_avg`, `loss/sft_avg`, `rewards/chosen`, `rewards/rejected` (β times the log-ratios),
 * `rewards/accuracies`, `rewards/margins`, `logps/chosen`, `logps/rejected`, `epoch`.
 *
 * @throws {InputError} without pairs; without demonstrations when `sftLossCoef` is above 0; when the first loss of the
 * sigmoid form is not ln 2, which means that policy and reference disagree before any update.
 */
export async function trainDpo(
  reference: LanguageModel,
  inputs: DpoInputs,
  config: DpoConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const { params: refParams, config: model, tokenizer } = reference;
  const { beta, chosenSftCoef, sftLossCoef } = config;
  const rng = createRng(config.seed).fork('dpo');

  // 1. data
  if (inputs.pairs.length === 0) throw new InputError('dpo: there are no preference pairs');
  const demonstrations = sftLossCoef > 0 ? encodeDemonstrations(inputs, config, reference) : [];
  const rows = inputs.pairs.map((pair) => encodePair(tokenizer, pair, config));
  const logps = jit((params: NamedTensors, batch: SequenceBatch) => {
    const logprobs = responseLogprobs(
      responseLogits(params, model, responseHidden(params, model, batch)),
      batch,
    );
    return sequenceLogprobs(logprobs, batch.responseMask); // [2B]
  });
  for (const part of chunk(rows, config.batchSize))
    readReference(part, (batch) => logps(refParams, batch), tokenizer.padTokenId);

  // 2. loss
  const loss = (params: NamedTensors, batch: DpoBatch): LossAndMetrics => {
    const { sequences, refChosenLogps, refRejectedLogps, count, chosenTokens } = batch;
    const mean = (perPair: tf.Tensor): tf.Scalar => tf.div(tf.sum(perPair), count);
    const logits = responseLogits(params, model, responseHidden(params, model, sequences));
    const summed = sequenceLogprobs(responseLogprobs(logits, sequences), sequences.responseMask); // [2B]
    const [chosenLogps, rejectedLogps] = tf.split(summed, 2) as [tf.Tensor1D, tf.Tensor1D]; // [B] each
    const [chosen, rejected] = tf.split(tf.sum(sequences.responseMask, 1), 2) as [tf.Tensor1D, tf.Tensor1D];
    const chosenLogratios = tf.sub(chosenLogps, refChosenLogps) as tf.Tensor1D;
    const rejectedLogratios = tf.sub(rejectedLogps, refRejectedLogps) as tf.Tensor1D;
    const preference = mean(dpoLoss(chosenLogratios, rejectedLogratios, { chosen, rejected }, config));
    const chosenNll = tf.neg(tf.div(tf.sum(chosenLogps), chosenTokens)) as tf.Scalar;
    const sft =
      batch.demonstrations === undefined
        ? undefined
        : nextTokenLoss(params, model, batch.demonstrations).loss;
    let total = preference;
    if (chosenSftCoef > 0) total = tf.add(total, tf.mul(chosenNll, chosenSftCoef));
    if (sft !== undefined) total = tf.add(total, tf.mul(sft, sftLossCoef));
    const margins = tf.mul(tf.sub(chosenLogratios, rejectedLogratios), beta);
    return {
      loss: total,
      metrics: {
        'loss/preference_avg': preference,
        ...(sft !== undefined && { 'loss/sft_avg': sft }),
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
      const chosen = stepRows(step, config.batchSize, rows.length, rng.fork('rows')).map(
        (i) => rows[i] as DpoRow,
      );
      const parts = chunk(chosen, Math.ceil(chosen.length / config.gradientAccumulationSteps));
      const own = demonstrations.length === 0 ? [] : demonstrationsOf(step);
      return {
        updates: [parts.map((part, i) => dpoBatch(part, chosen, tokenizer.padTokenId, own[i]))],
        metrics: { epoch: (step * config.batchSize) / rows.length },
        finish: (updates) => {
          if (step === 1 && config.lossType === 'sigmoid')
            refuseUnequalStart(updates[0]?.['loss/preference_avg'] as number);
          return {};
        },
      };
    },
    async afterStep(step, params) {
      if (appendSamples === undefined || (step % config.samplesEvery !== 0 && step !== config.maxSteps))
        return undefined;
      appendSamples(await sampleStep(step, params));
      return undefined;
    },
  };
  const demonstrationsOf = (step: number) =>
    demonstrationMicrobatches(
      stepRows(step, config.sftBatchSize, demonstrations.length, rng.fork('demonstrations')).map(
        (i) => demonstrations[i] as DemonstrationRow,
      ),
      config.gradientAccumulationSteps,
      tokenizer.padTokenId,
    );
  const sampleStep = async (step: number, params: NamedTensors) => {
    const prompts = inputs.samplePrompts ?? [];
    const rollouts = await sampleResponses({ ...reference, params }, prompts, {
      samplesPerPrompt: 1,
      maxNewTokens: config.maxResponseTokens,
      maxPromptTokens: config.maxPromptTokens,
      temperature: inputs.temperature ?? 1,
      rng: rng.fork('samples').fork(step),
    });
    const scores = await inputs.scorer?.(rollouts);
    const kls = chunk(rollouts, config.batchSize).flatMap((part) => {
      const batch = padRows(
        part.map(({ prompt, response, finished }) =>
          encodeRow(tokenizer, prompt, response, config, finished),
        ),
        tokenizer.padTokenId,
      );
      const both = [logps(params, batch), logps(refParams, batch)] as const;
      const [ours, theirs] = both.map((tensor) => tensor.dataSync()) as [Float32Array, Float32Array];
      disposeTree([batch, both]);
      return part.map((_, i) => (ours[i] as number) - (theirs[i] as number));
    });
    return rollouts.map(({ promptId, task, prompt, response, finished, responseTokens }, i) => ({
      step,
      promptId,
      ...(task !== undefined && { task }),
      prompt,
      response,
      finished,
      responseTokens,
      ...(scores !== undefined && { score: scores[i] as number }),
      kl: kls[i] as number,
    }));
  };
  return train(trainer, refParams, config, run);
}

function encodeDemonstrations(
  { demonstrations = [] }: DpoInputs,
  config: DpoConfig,
  { tokenizer }: LanguageModel,
): DemonstrationRow[] {
  if (demonstrations.length === 0)
    throw new InputError('dpo: sftLossCoef is above 0, so demonstrations are needed, got none');
  return demonstrations.map((row) =>
    encodeDemonstration(tokenizer, row, 'assistant', config.maxPromptTokens + config.maxResponseTokens),
  );
}

/** Reads log π_ref of both sides of some pairs, once and for all. */
function readReference(
  rows: readonly DpoRow[],
  logps: (batch: SequenceBatch) => tf.Tensor1D,
  padTokenId: number,
): void {
  const batch = padRows([...rows.map((row) => row.chosen), ...rows.map((row) => row.rejected)], padTokenId);
  const read = logps(batch);
  const values = read.dataSync();
  disposeTree([batch, read]);
  rows.forEach((row, i) => {
    row.refChosenLogps = values[i] as number;
    row.refRejectedLogps = values[rows.length + i] as number;
  });
}

/** Without an update policy and reference are one model, and the sigmoid loss is ln 2 whatever the labels. */
function refuseUnequalStart(loss: number): void {
  if (Math.abs(loss - Math.LN2) > 1e-3) {
    throw new InputError(
      `dpo: the loss before any update must be ln 2 = ${Math.LN2.toFixed(4)}, got ${loss.toFixed(4)}: policy and reference disagree on the same tokens`,
    );
  }
}
