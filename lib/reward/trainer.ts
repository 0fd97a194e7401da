/** Stage 4: the reward model, a Bradley–Terry loss on the scores of preferred and rejected responses. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig, ScoreCriterion } from '../model/config';
import { trainedParts } from '../model/lora/adapter';
import { withDropout, type Dropped } from '../model/lora/dropout';
import { createRng } from '../random';
import { disposeTree } from '../tensor/pytree';
import type { NamedTensors } from '../train/adamw';
import { train, type Trainer } from '../train/loop';
import { heldOutMetrics, lastOf } from '../train/metrics';
import { inPrecision } from '../train/precision';
import type { RunDirectory } from '../train/run-directory';
import { chunk, stepRowsByGroup } from '../train/sampler';
import { requirePositions } from '../train/sequences';
import type { PreferencePair } from '../types';
import { batch, type RewardBatch } from './batch';
import type { RewardConfig } from './config';
import { adaptLengthSlope, initialLengthCovariate, type LengthCovariate } from './debias/length-covariate';
import { configuredCriteria, trainedCriteria } from './criteria';
import { loss, report } from './loss';
import { countDecided, rewardRows, type RewardRow } from './rows';
import type { RewardModels } from './score';
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
 * token), `length_gradient` and `length_curvature`, what the slope is fitted by. With `criteria` the first six are those of the
 * weighted score, and `eval_accuracy/<criterion>` joins them.
 *
 * @throws {InputError} when the loss is not finite, when no pair has a verdict on a criterion, or when the model's score head has
 * other criteria.
 *
 * @example
 * ```ts
 * import * as kit from 'rlhf-kit';
 *
 * await kit.useEngine();
 * const model = kit.loadModel('runs/start/sft/model');
 * const pairs = await kit.readPairs('runs/start/filter/pairs.jsonl');
 * const config = kit.parseConfig('reward', kit.rewardFields, { lengthBalance: 'reweight', maxSteps: 40 });
 * const split = kit.splitPairs(pairs, config, model.tokenizer);
 * const params = await kit.trainReward(model, split, config, await kit.scratchRun('reward', config));
 * kit.saveModel('runs/mine/reward', { ...model, params });
 * ```
 */
export async function trainReward(
  models: RewardModels,
  split: Pick<PairSplit, 'training' | 'heldOut'>,
  config: RewardConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const { config: model, tokenizer } = inPrecision(models, config);
  const rng = createRng(config.seed).fork('reward');
  const dropout = rng.fork('dropout');

  // 1. rows
  const named = configuredCriteria(config);
  const { training, heldOut } = rewardRows(split, tokenizer, config, trainedCriteria(config));
  const lengths = [...training, ...heldOut].flatMap((row) => [row.chosen.length, row.rejected.length]);
  requirePositions('reward', lengths, model, '--max-prompt-tokens or --max-response-tokens');
  const totalSteps =
    config.maxSteps ?? Math.ceil((training.length * config.numTrainEpochs) / config.batchSize);
  const byPrompt = groupRows(split.training);
  const draw = (step: number): RewardRow[] =>
    stepRowsByGroup(step, config.batchSize, byPrompt, rng.fork('rows')).map((i) => training[i] as RewardRow);

  // 2. batch
  const microbatches = (rows: readonly RewardRow[], size: number, lengthSlope: number): RewardBatch[] =>
    chunk(rows, size).map((part) =>
      batch(part, rows, tokenizer.padTokenId, config, model.hiddenSize, lengthSlope),
    );

  // 3. loss, 4. report
  const reported = (named ?? []).filter((_, k) => countDecided(heldOut, k) > 0).map(({ name }) => name);
  const evaluate = jit((params: NamedTensors, pairs: RewardBatch) =>
    report(params, pairs, model, config, reported),
  );
  const trainer: Trainer<Dropped<RewardBatch>, RewardState> = {
    name: 'reward',
    totalSteps,
    updatesPerStep: 1,
    initialState: { numTokens: 0, ...initialLengthCovariate },
    shown: ['loss', 'accuracy'],
    ...trainedParts('reward', model, config),
    loss: (params, { dropout, ...pairs }) => loss({ ...params, ...dropout }, pairs, model, config),
    async batches(step, _, state) {
      const rows = draw(step);
      const numTokens = rows.reduce(
        (sum, row) => sum + row.chosen.length + row.rejected.length,
        state.numTokens,
      );
      const size = Math.ceil(rows.length / config.gradientAccumulationSteps);
      return {
        updates: [withDropout(microbatches(rows, size, state.lengthSlope), model, dropout.fork(step))],
        metrics: {
          num_tokens: lastOf(numTokens),
          epoch: lastOf((step * config.batchSize) / training.length),
        },
        next([update]) {
          if (!config.lengthCovariate) return { state: { ...state, numTokens } };
          const { length_gradient: gradient = 0, length_curvature: curvature = 0 } = update ?? {};
          const fit = adaptLengthSlope(state, gradient, curvature);
          return { state: { numTokens, ...fit }, metrics: { length_slope: fit.lengthSlope } };
        },
      };
    },
    async afterStep(step, params) {
      if (heldOut.length === 0 || (step % config.evalSteps !== 0 && step !== totalSteps)) return undefined;
      // Without the length term: what the scores alone are worth.
      const parts = microbatches(heldOut, config.batchSize, 0);
      return heldOutMetrics(parts, (pairs) => evaluate(params, pairs));
    },
  };
  const initial = initRewardParams(models.params, model, named);
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

/**
 * Parameters that a reward model starts from (copies; the caller disposes them). A new score head is zero: every score is
 * then 0, the loss of the first step exactly ln 2 and no response is preferred for the sake of a random direction, while
 * the head's own gradient is not zero, so that it learns from the first step on.
 *
 * @param criteria of the run; one score when absent.
 * @throws {InputError} when the model has a score head of other criteria.
 */
export function initRewardParams(
  params: NamedTensors,
  config: ModelConfig,
  criteria?: readonly ScoreCriterion[],
): NamedTensors {
  const names = (asked: readonly ScoreCriterion[] | undefined): string =>
    asked?.map(({ name }) => name).join(', ') ?? 'one score';
  if (params['score.weight'] !== undefined && names(criteria) !== names(config.scoreCriteria)) {
    throw new InputError(
      `reward: the model's score head has ${names(config.scoreCriteria)}, the run asks for ${names(criteria)}`,
    );
  }
  const kept = Object.entries(params).filter(
    ([name]) => name !== 'lm_head.weight' && !name.startsWith('value.'),
  );
  const initial = Object.fromEntries(kept.map(([name, tensor]) => [name, tensor.clone()]));
  initial['score.weight'] ??= tf.zeros([criteria?.length ?? 1, config.hiddenSize]);
  return initial;
}
