/** Stage 4: the reward model, a Bradley–Terry loss on the scores of preferred and rejected responses. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig, ScoreDimension } from '../model/config';
import { createRng } from '../random';
import { disposeTree } from '../tensor/pytree';
import type { NamedTensors } from '../train/adamw';
import { train, type Trainer } from '../train/loop';
import {
  heldOutMetrics,
  lastOf,
  maxOf,
  minOf,
  type LossAndMetrics,
  type Metrics,
  type ScalarMetrics,
} from '../train/metrics';
import { inPrecision } from '../train/precision';
import type { RunDirectory } from '../train/run-directory';
import { chunk, stepRowsByGroup } from '../train/sampler';
import { requirePositions } from '../train/sequences';
import {
  adaptLengthSlope,
  initialLengthCovariate,
  lengthCovariateMetrics,
  type LengthCovariate,
} from './debias/length-covariate';
import { encodePair, rewardBatch, type RewardBatch, type RewardRow } from './batch';
import type { PreferencePair } from '../types';
import type { RewardConfig } from './config';
import { configuredDimensions, dimensionLoss, weighedMetrics } from './dimensions';
import { rewardLoss, type RewardLoss } from './loss';
import { scoreRows, scoreRowsByDimension, type RewardModels } from './score';
import type { PairSplit } from './split';

/** What changes as the run goes. */
type RewardState = LengthCovariate & {
  /** Tokens read so far, prompts included. */
  readonly numTokens: number;
};

/**
 * Trains a reward model and returns its parameters: the given model's without language-model and value heads, with
 * `score.weight`. A model that has a score head already goes on from it.
 *
 * Metrics: `loss`, `accuracy`, `margin`, `mean_reward`, `min_reward`, `max_reward`, `num_tokens` (so far), `epoch`, and
 * the first six with the prefix `eval_` on the pairs held out; with `lengthCovariate` also `length_slope` (log-odds a
 * token), `length_gradient` and `length_curvature`, what the slope is fitted by. With `dimensions` the first six are those of the
 * weighted score, and `eval_accuracy/<dimension>` joins them.
 *
 * @throws {InputError} when the loss is not finite, when no pair has a verdict on a dimension, or when the model's score head has
 * other dimensions.
 */
export async function trainReward(
  models: RewardModels,
  { training, heldOut }: Pick<PairSplit, 'training' | 'heldOut'>,
  config: RewardConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const { config: model, tokenizer } = inPrecision(models, config);
  const rng = createRng(config.seed).fork('reward');

  // 1. data
  const dimensions = configuredDimensions(config);
  const rows = training.map((pair) => encodePair(tokenizer, pair, config, dimensions));
  dimensions?.forEach(({ name }, k) => refuseUndecided(name, k, rows));
  const evalRows = heldOut
    .map((pair) => encodePair(tokenizer, pair, config, dimensions))
    .sort((a, b) => a.chosen.length - b.chosen.length);
  const lengths = [...rows, ...evalRows].flatMap((row) => [row.chosen.length, row.rejected.length]);
  requirePositions('reward', lengths, model, '--max-prompt-tokens or --max-response-tokens');
  const totalSteps = config.maxSteps ?? Math.ceil((rows.length * config.numTrainEpochs) / config.batchSize);
  const byPrompt = groupRows(training);

  // 2. loss
  const compareDimensions = (weights: NamedTensors, batch: RewardBatch, asked: readonly ScoreDimension[]) => {
    const scored = scoreRowsByDimension(weights, model, batch.scores); // [responses, K]
    const { loss: value, right } = dimensionLoss(scored, batch.dimensions, asked, batch.weights, {
      ...batch.coefficients,
      count: batch.count,
    });
    return { loss: value, metrics: lossMetrics(weighedMetrics(scored, asked, batch)), right };
  };
  const compare = (weights: NamedTensors, batch: RewardBatch) => {
    const scored = scoreRows(weights, model, batch.scores); // [responses]
    const chosen = tf.gather(scored, batch.chosen); // [B]
    const rejected = tf.gather(scored, batch.rejected); // [B]
    const lengthTerm = tf.mul(batch.lengthSlope, batch.lengthDifferences); // [B]
    const margins = (
      config.useMargin ? tf.sub(batch.margins, lengthTerm) : tf.neg(lengthTerm)
    ) as tf.Tensor1D;
    const result = rewardLoss(chosen, rejected, {
      margins,
      weights: batch.weights,
      ...batch.coefficients,
      count: batch.count,
    });
    return {
      logits: tf.sub(tf.sub(chosen, rejected), margins) as tf.Tensor1D, // [B]
      loss: result.loss,
      metrics: lossMetrics(result),
    };
  };
  const loss = (weights: NamedTensors, batch: RewardBatch): LossAndMetrics => {
    if (dimensions !== undefined) {
      const { loss: value, metrics } = compareDimensions(weights, batch, dimensions);
      return { loss: value, metrics };
    }
    const { logits, loss: value, metrics } = compare(weights, batch);
    if (!config.lengthCovariate) return { loss: value, metrics };
    const fit = lengthCovariateMetrics(logits, batch.lengthDifferences, batch.weights, batch.count);
    return { loss: value, metrics: { ...metrics, ...fit } };
  };

  // 3. trainer
  const evaluate = jit((weights: NamedTensors, batch: RewardBatch): LossAndMetrics => {
    if (dimensions === undefined) {
      const { loss: value, metrics } = compare(weights, batch);
      return { loss: value, metrics };
    }
    const { loss: value, metrics, right } = compareDimensions(weights, batch, dimensions);
    const rightBy = dimensions.map(({ name }, k) => [`right/${name}`, right[k] as tf.Scalar]);
    return { loss: value, metrics: { ...metrics, ...(Object.fromEntries(rightBy) as ScalarMetrics) } };
  });
  const trainer: Trainer<RewardBatch, RewardState> = {
    name: 'reward',
    totalSteps,
    updatesPerStep: 1,
    initialState: { numTokens: 0, ...initialLengthCovariate },
    shown: ['loss', 'accuracy'],
    loss,
    async batches(step, _, state) {
      const drawn = stepRowsByGroup(step, config.batchSize, byPrompt, rng.fork('rows')).map(
        (i) => rows[i] as RewardRow,
      );
      const numTokens =
        state.numTokens + drawn.reduce((sum, row) => sum + row.chosen.length + row.rejected.length, 0);
      const size = Math.ceil(drawn.length / config.gradientAccumulationSteps);
      return {
        updates: [
          chunk(drawn, size).map((part) =>
            rewardBatch(part, drawn.length, tokenizer.padTokenId, config, state.lengthSlope),
          ),
        ],
        metrics: { num_tokens: lastOf(numTokens), epoch: lastOf((step * config.batchSize) / rows.length) },
        next([update]) {
          if (!config.lengthCovariate) return { state: { ...state, numTokens } };
          const { length_gradient: gradient = 0, length_curvature: curvature = 0 } = update ?? {};
          const fit = adaptLengthSlope(state, gradient, curvature);
          return { state: { numTokens, ...fit }, metrics: { length_slope: fit.lengthSlope } };
        },
      };
    },
    async afterStep(step, weights) {
      if (evalRows.length === 0 || (step % config.evalSteps !== 0 && step !== totalSteps)) return undefined;
      // Without the length term: what the scores alone are worth.
      const parts = chunk(evalRows, config.batchSize).map((part) =>
        rewardBatch(part, evalRows.length, tokenizer.padTokenId, config),
      );
      const metrics = heldOutMetrics(parts, (batch) => evaluate(weights, batch));
      return dimensions === undefined ? metrics : dimensionAccuracies(metrics, dimensions, evalRows);
    },
  };
  const initial = initRewardParams(models.params, model, dimensions);
  try {
    return await train(trainer, initial, config, run);
  } finally {
    disposeTree(initial);
  }
}

/** Row numbers of the pairs of each prompt. */
function groupRows(pairs: readonly PreferencePair[]): number[][] {
  const groups = new Map<string, number[]>();
  pairs.forEach(({ promptId }, row) => groups.set(promptId, [...(groups.get(promptId) ?? []), row]));
  return [...groups.values()];
}

/** TRL's names. */
function lossMetrics(result: RewardLoss): ScalarMetrics {
  return {
    accuracy: result.accuracy,
    margin: result.margin,
    mean_reward: result.meanReward,
    min_reward: minOf(result.minReward),
    max_reward: maxOf(result.maxReward),
  };
}

/** A dimension that no pair has a verdict on cannot be learned. */
function refuseUndecided(name: string, k: number, rows: readonly RewardRow[]): void {
  if (rows.some((row) => row.verdicts[k] !== 'tie')) return;
  throw new InputError(`reward: none of ${rows.length} training pairs has a verdict on dimension '${name}'`);
}

/** Counts of right pairs → `eval_accuracy/<dimension>`, over the pairs held out that have a verdict; absent where none has. */
function dimensionAccuracies(
  metrics: Metrics,
  dimensions: readonly ScoreDimension[],
  rows: readonly RewardRow[],
): Metrics {
  const kept = Object.entries(metrics).filter(([key]) => !key.startsWith('eval_right/'));
  const accuracies = dimensions.flatMap(({ name }, k): [string, number][] => {
    const decided = rows.filter((row) => row.verdicts[k] !== 'tie').length;
    return decided === 0
      ? []
      : [[`eval_accuracy/${name}`, (metrics[`eval_right/${name}`] as number) / decided]];
  });
  return Object.fromEntries([...kept, ...accuracies]);
}

/**
 * Parameters that a reward model starts from (copies; the caller disposes them). A new score head is zero: every score is
 * then 0, the loss of the first step exactly ln 2 and no response is preferred for the sake of a random direction, while
 * the head's own gradient is not zero, so that it learns from the first step on.
 *
 * @param dimensions of the run; one score when absent.
 * @throws {InputError} when the model has a score head of other dimensions.
 */
export function initRewardParams(
  params: NamedTensors,
  config: ModelConfig,
  dimensions?: readonly ScoreDimension[],
): NamedTensors {
  const names = (asked: readonly ScoreDimension[] | undefined): string =>
    asked?.map(({ name }) => name).join(', ') ?? 'one score';
  if (params['score.weight'] !== undefined && names(dimensions) !== names(config.scoreDimensions)) {
    throw new InputError(
      `reward: the model's score head has ${names(config.scoreDimensions)}, the run asks for ${names(dimensions)}`,
    );
  }
  const kept = Object.entries(params).filter(
    ([name]) => name !== 'lm_head.weight' && !name.startsWith('value.'),
  );
  const initial = Object.fromEntries(kept.map(([name, tensor]) => [name, tensor.clone()]));
  initial['score.weight'] ??= tf.zeros([dimensions?.length ?? 1, config.hiddenSize]);
  return initial;
}
