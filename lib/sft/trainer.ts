/** Stage 1: supervised fine-tuning, the next-token loss on demonstrations. */
import type * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig } from '../model/config';
import { createRng } from '../random';
import { disposeTree } from '../tensor/pytree';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { NamedTensors } from '../train/adamw';
import {
  countLabels,
  demonstrationMicrobatches,
  encodeDemonstration,
  type DemonstrationBatch,
  type DemonstrationRow,
} from '../train/demonstrations';
import { train, type LossAndMetrics, type Trainer } from '../train/loop';
import type { Metrics } from '../train/metrics';
import { inPrecision } from '../train/precision';
import { nextTokenLoss } from '../train/next-token-loss';
import type { RunDirectory } from '../train/run-directory';
import { chunk, stepRowsByLength } from '../train/sampler';
import type { Demonstration } from '../types';
import type { SftConfig } from './config';

export interface SftModels {
  readonly params: NamedTensors;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

/**
 * Fine-tunes a model on demonstrations and returns its new parameters.
 *
 * Metrics: `loss`, `mean_token_accuracy`, `entropy`, `num_tokens` (counted labels so far), `epoch`, and the first three
 * with the prefix `eval_` on rows held out.
 *
 * @throws {InputError} when there are no demonstrations, or none with a token that counts.
 */
export async function trainSft(
  models: SftModels,
  demonstrations: readonly Demonstration[],
  config: SftConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const { params, config: model, tokenizer } = inPrecision(models, config);
  const rng = createRng(config.seed).fork('sft');

  // 1. data
  const encoded = demonstrations
    .map((row) => encodeDemonstration(tokenizer, row, config.loss, config.maxLength))
    .filter((row) => countLabels([row]) > 0);
  if (encoded.length === 0)
    throw new InputError('sft: no demonstration holds a token that counts in the loss');
  const shuffled = rng.fork('split').shuffle(encoded);
  const heldOut = shuffled.slice(0, Math.floor(shuffled.length * config.evalFraction));
  const rows = shuffled.slice(heldOut.length);
  const lengths = rows.map((row) => row.tokens.length);
  const carry = { num_tokens: 0 };

  // 2. loss
  const loss = (weights: NamedTensors, batch: DemonstrationBatch): LossAndMetrics => {
    const { loss: value, meanTokenAccuracy, entropy } = nextTokenLoss(weights, model, batch);
    return { loss: value, metrics: { mean_token_accuracy: meanTokenAccuracy, entropy } };
  };

  // 3. trainer
  const evaluate = jit((weights: NamedTensors, batch: DemonstrationBatch) => {
    const { loss: value, metrics } = loss(weights, batch);
    return {
      eval_loss: value,
      eval_mean_token_accuracy: metrics['mean_token_accuracy'],
      eval_entropy: metrics['entropy'],
    };
  });
  const trainer: Trainer<DemonstrationBatch> = {
    name: 'sft',
    totalSteps: config.maxSteps,
    updatesPerStep: 1,
    carry,
    shown: ['loss', 'mean_token_accuracy'],
    loss,
    async batches(step) {
      const chosen = stepRowsByLength(step, config.batchSize, lengths, rng.fork('rows')).map(
        (i) => rows[i] as DemonstrationRow,
      );
      carry.num_tokens += countLabels(chosen);
      return {
        updates: [
          demonstrationMicrobatches(
            chosen,
            config.gradientAccumulationSteps,
            tokenizer.padTokenId,
            config.maxLength,
          ),
        ],
        metrics: { num_tokens: carry.num_tokens, epoch: (step * config.batchSize) / rows.length },
      };
    },
    async afterStep(step, weights) {
      if (heldOut.length === 0 || (step % config.evalSteps !== 0 && step !== config.maxSteps))
        return undefined;
      return evaluateRows(heldOut, config, tokenizer.padTokenId, (batch) => evaluate(weights, batch));
    },
  };
  return train(trainer, params, config, run);
}

/** Sums of per-batch metrics over all rows; each batch is normalised by the count of all rows, so sums are means. */
async function evaluateRows(
  rows: readonly DemonstrationRow[],
  { batchSize, maxLength }: SftConfig,
  padTokenId: number,
  evaluate: (batch: DemonstrationBatch) => Record<string, tf.Tensor | undefined>,
): Promise<Metrics> {
  const total: Metrics = {};
  const parts = chunk(rows, batchSize).length;
  for (const batch of demonstrationMicrobatches(rows, parts, padTokenId, maxLength)) {
    const metrics = evaluate(batch);
    for (const [key, value] of Object.entries(metrics)) {
      total[key] = (total[key] ?? 0) + (value?.dataSync()[0] as number);
    }
    disposeTree([batch, metrics]);
  }
  return total;
}
