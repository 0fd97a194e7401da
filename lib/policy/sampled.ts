/**
 * The driver of the algorithms that learn from their own samples: an iteration draws prompts, samples and scores responses, gives credit,
 * and cuts the rows into updates. What PPO, GRPO and RLOO are is left to them: credit, batch, loss, next.
 */
import type * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import type { ModelConfig } from '../model/config';
import { beforeTraining, trainedParts } from '../model/lora/adapter';
import type { LanguageModel } from '../model/sample';
import { createRng, type Rng } from '../random';
import { checkedScorer, scorerName } from '../scorer';
import type { NamedTensors } from '../train/adamw';
import type { TrainerState } from '../train/checkpoint';
import { train, type AfterStep, type Trainer } from '../train/loop';
import type { LossAndMetrics, Metrics } from '../train/metrics';
import { inPrecision } from '../train/precision';
import type { RunDirectory } from '../train/run-directory';
import { stepRows } from '../train/sampler';
import type { Demonstration, PromptRecord, Scorer } from '../types';
import { demonstrationSource, type SftTermBatch } from './demonstrations';
import {
  logRatios,
  promptRoomFlags,
  requirePromptRoom,
  rolloutSampler,
  scorerInputs,
  sequenceLimits,
  type RolloutWith,
} from './rollout';
import type { RolloutConfig } from './rollout-config';
import { openSamples, rolloutSamples } from './samples';
import { partMetrics, penaliseMissingEnd, scoreInParts } from './scores';
import { cutUpdates, refuseStaleRatio } from './updates';

export interface SampledInputs {
  readonly prompts: readonly PromptRecord[];
  readonly scorer: Scorer;
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
  /** E.g. forgetting probes. */
  readonly afterStep?: AfterStep;
}

/** Nothing changes as the run goes. */
export type NoState = Readonly<Record<string, never>>;

/** The rollouts of one iteration with what is known of them. */
export interface Iteration<K extends string = never> {
  readonly rollouts: readonly RolloutWith<K>[];
  /** Of the responses, less the penalty for a missing end. */
  readonly scores: readonly number[];
  /** log π − log π_ref of every token, nats, cut at ±20. */
  readonly logRatios: readonly Float32Array[];
  /** Of the reference's answers, by `promptId`, where the algorithm has asked for them. */
  readonly referenceScores?: ReadonlyMap<string, number>;
}

/** Names of the fields of a configuration that hold its sizes. */
export interface SampledSizes<C> {
  /** Responses sampled in an iteration. */
  readonly responses: keyof C & string;
  /** Responses to each prompt; absent: one. */
  readonly perPrompt?: keyof C & string;
  /** Passes over the rollouts of an iteration. */
  readonly passes: keyof C & string;
}

/**
 * What an algorithm is. C: its configuration; K: names of further numbers per response token; R: a rollout with its credit, a row;
 * B: rows as tensors; S: numbers that change as the run goes.
 */
export interface SampledAlgorithm<C extends RolloutConfig, K extends string, R, B, S extends TrainerState> {
  /** In error messages and on the progress bar, e.g. `ppo`. */
  readonly name: string;
  /** Metrics shown beside the progress bar. */
  readonly shown: readonly string[];
  readonly sizes: SampledSizes<C>;
  /** The further numbers, of the policy alone: [B, R] each, from its hidden states [B, R, D]. */
  readonly heads?: (params: NamedTensors, hidden: tf.Tensor3D) => Readonly<Record<K, tf.Tensor2D>>;
  /** Scores of the reference's own answers, before the first step; undefined where the configuration needs none. */
  readonly scoreReference?: (
    reference: LanguageModel,
    inputs: Pick<SampledInputs, 'prompts' | 'scorer'>,
    config: C,
    rng: Rng,
  ) => Promise<ReadonlyMap<string, number> | undefined>;
  initialState(config: C): S;
  /** What every response, or every token, earned. */
  credit(
    iteration: Iteration<K>,
    config: C,
    state: S,
  ): { readonly rows: readonly R[]; readonly metrics: Metrics };
  /** Lays a part of an update's rows out; `whole` are all of them. The caller disposes the batch. */
  batch(
    part: readonly R[],
    whole: readonly R[],
    padTokenId: number,
    config: C,
    demonstrations: SftTermBatch | undefined,
  ): B;
  /** Pure and traceable. */
  loss(params: NamedTensors, batch: B, model: ModelConfig, config: C): LossAndMetrics;
  /** The state after a step, given the metrics of its rollouts and of its updates; absent: it stays. */
  readonly next?: (state: S, rollouts: Metrics, updates: readonly Metrics[], config: C) => S;
  /** What the schedule's learning rate is multiplied by; absent: 1. */
  readonly learningRateFactor?: (state: S) => number;
}

/**
 * Trains a policy by an algorithm and returns the parameters reached; the reference is frozen and left as it is.
 *
 * Besides the algorithm's own metrics `rewards/<part>/{mean,std}` are logged for scorers that tell their parts.
 *
 * @param initial parameters to start from: the reference's, and those of heads.
 * @throws {InputError} without prompts; without demonstrations when `sftLossCoef` is above 0; when groups or minibatches of an iteration
 * would differ in size; when the ratios on its first minibatch are not 1.
 */
export async function trainSampled<C extends RolloutConfig, K extends string, R, B, S extends TrainerState>(
  algorithm: SampledAlgorithm<C, K, R, B, S>,
  given: LanguageModel,
  inputs: SampledInputs,
  config: C,
  run: RunDirectory,
  initial: NamedTensors = given.params,
): Promise<NamedTensors> {
  const { name, heads, next, learningRateFactor } = algorithm;
  const reference = beforeTraining(given);
  const { config: model, tokenizer } = reference;
  const { prompts } = inputs;
  const scorer = checkedScorer(scorerName(name, inputs.scorer), inputs.scorer);
  const { responses, perPrompt, passes } = checkedSizes(algorithm, prompts, config);
  requirePromptRoom(name, reference, prompts, config);
  const rng = createRng(config.seed).fork(name);
  const { maxPromptTokens, maxResponseTokens } = sequenceLimits(config);
  const drawDemonstrations = demonstrationSource(
    name,
    inputs.demonstrations ?? [],
    reference,
    { ...config, maxLength: maxPromptTokens + maxResponseTokens, lengthFlags: promptRoomFlags },
    rng.fork('demonstrations'),
  );
  // Rows are read as many at a time as an update reads.
  const readRows = Math.ceil(responses / (config.numMiniBatches * config.gradientAccumulationSteps));
  const sample = rolloutSampler<K>(name, reference, config, readRows, heads);
  const referenceScores = await algorithm.scoreReference?.(
    reference,
    { prompts, scorer },
    config,
    rng.fork('reference'),
  );
  const appendSamples =
    config.samplesEvery > 0 ? openSamples(run.file('samples.jsonl'), run.lastStep()) : undefined;

  const trainer: Trainer<B, S> = {
    name,
    totalSteps: config.maxSteps,
    updatesPerStep: passes * config.numMiniBatches,
    initialState: algorithm.initialState(config),
    shown: algorithm.shown,
    ...trainedParts(name, model, config),
    loss: (params, batch) => algorithm.loss(params, batch, model, config),
    ...(learningRateFactor !== undefined && { learningRateFactor }),
    ...(inputs.afterStep !== undefined && { afterStep: inputs.afterStep }),
    async batches(step, params, state) {
      const asked = drawPrompts(step, prompts, responses, perPrompt, rng.fork('rows'));
      const rollouts = await sample(params, asked, rng.fork('samples').fork(step));
      const scored = await scoreInParts(scorer, scorerInputs(rollouts));
      if (appendSamples !== undefined && (step % config.samplesEvery === 0 || step === 1)) {
        appendSamples(rolloutSamples(step, rollouts, scored));
      }
      const iteration: Iteration<K> = {
        rollouts,
        scores: penaliseMissingEnd(rollouts, scored.scores, config),
        logRatios: rollouts.map(logRatios),
        ...(referenceScores !== undefined && { referenceScores }),
      };
      const { rows, metrics } = algorithm.credit(iteration, config, state);
      return {
        updates: cutUpdates(step, rows, passes, config, rng, drawDemonstrations, (part, whole, own) =>
          algorithm.batch(part, whole, tokenizer.padTokenId, config, own),
        ),
        metrics: { ...metrics, ...partMetrics(scored) },
        next(updates) {
          refuseStaleRatio(name, updates[0] as Metrics, config);
          return { state: next?.(state, metrics, updates, config) ?? state };
        },
      };
    },
  };
  return train(trainer, initial, config, run);
}

/**
 * The sizes of an iteration.
 *
 * @throws {InputError} without prompts, and when an iteration cannot be cut into groups and into minibatches of equal size.
 */
export function checkedSizes<C extends RolloutConfig>(
  { name, sizes }: { readonly name: string; readonly sizes: SampledSizes<C> },
  prompts: readonly PromptRecord[],
  config: C,
): { readonly responses: number; readonly perPrompt: number; readonly passes: number } {
  if (prompts.length === 0) throw new InputError(`${name}: there are no prompts`);
  const sizeOf = (field: keyof C): number => config[field] as number;
  for (const field of [sizes.perPrompt, 'numMiniBatches'] as const) {
    if (field === undefined || sizeOf(sizes.responses) % sizeOf(field) === 0) continue;
    throw new InputError(
      `${name}: ${sizes.responses} must be a multiple of ${field} (${sizeOf(field)}), got ${sizeOf(sizes.responses)}`,
    );
  }
  return {
    responses: sizeOf(sizes.responses),
    perPrompt: sizes.perPrompt === undefined ? 1 : sizeOf(sizes.perPrompt),
    passes: sizeOf(sizes.passes),
  };
}

/** The prompts of an iteration, each as often in a row as it has responses. */
export function drawPrompts(
  step: number,
  prompts: readonly PromptRecord[],
  responses: number,
  perPrompt: number,
  rng: Rng,
): PromptRecord[] {
  return stepRows(step, responses / perPrompt, prompts.length, rng).flatMap((row) =>
    Array<PromptRecord>(perPrompt).fill(prompts[row] as PromptRecord),
  );
}

/** The trainer of an algorithm that begins with the given model, which is the frozen reference too. */
export function samplingTrainer<C extends RolloutConfig, R, B, S extends TrainerState>(
  algorithm: SampledAlgorithm<C, never, R, B, S>,
) {
  return (given: LanguageModel, inputs: SampledInputs, config: C, run: RunDirectory): Promise<NamedTensors> =>
    trainSampled(algorithm, inPrecision(given, config), inputs, config, run);
}
