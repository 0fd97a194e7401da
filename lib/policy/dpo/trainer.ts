/** Stage 5: direct preference optimization, a loss on pairs against a frozen reference. */
import type * as tf from '@tensorflow/tfjs';
import { jit } from '../../backend';
import { InputError } from '../../errors';
import { beforeTraining, trainedParts } from '../../model/lora/adapter';
import type { LanguageModel } from '../../model/sample';
import { createRng } from '../../random';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import { train, type AfterStep, type Trainer } from '../../train/loop';
import { lastOf } from '../../train/metrics';
import { inPrecision, roundingTolerance } from '../../train/precision';
import { responseLogps } from '../../train/responses';
import type { RunDirectory } from '../../train/run-directory';
import { chunk, stepRowsByLength } from '../../train/sampler';
import { differingPairs, requirePositions } from '../../train/sequences';
import type { Demonstration, PreferencePair } from '../../types';
import { demonstrationSource } from '../demonstrations';
import { openSamples } from '../samples';
import { batch, sides, type Batch, type Sides } from './batch';
import type { DpoConfig } from './config';
import { loss } from './loss';
import { encodePair, longerSide, readReference, type Row, type PairRow } from './rows';
import { policySampler, type DpoSampling } from './sampling';

export interface DpoInputs extends DpoSampling {
  readonly pairs: readonly PreferencePair[];
  /** For the SFT term; needed when `sftLossCoef` is above 0. */
  readonly demonstrations?: readonly Demonstration[];
  /** E.g. forgetting probes. */
  readonly afterStep?: AfterStep;
}

/**
 * Trains a policy by DPO and returns its parameters; the given model is the frozen reference and is left as it is. With a fresh adapter
 * the reference is the same model without it.
 *
 * Metrics: `loss`, `loss/preference_avg`, `loss/sft_avg`, `rewards/chosen`, `rewards/rejected` (β times the log-ratios),
 * `rewards/accuracies`, `rewards/margins`, `logps/chosen`, `logps/rejected`, `epoch`.
 *
 * @throws {InputError} without pairs; without demonstrations when `sftLossCoef` is above 0; without prompts to sample from when
 * `samplesEvery` is; when the first loss of the sigmoid form is not ln 2, which means that policy and reference disagree before any update.
 *
 * @example
 * ```ts
 * import * as kit from 'rlhf-kit';
 *
 * await kit.useEngine();
 * const model = kit.loadModel('runs/start/sft/model');
 * const pairs = await kit.readPairs('runs/start/filter/pairs.jsonl');
 * const config = kit.parseConfig('dpo', kit.dpoFields, { beta: 0.1, maxSteps: 100 });
 * const params = await kit.trainDpo(model, { pairs }, config, await kit.scratchRun('dpo', config));
 * kit.saveModel('runs/mine/dpo', { ...model, params });
 * ```
 */
export async function trainDpo(
  given: LanguageModel,
  inputs: DpoInputs,
  config: DpoConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const start = inPrecision(given, config);
  const reference = beforeTraining(start);
  const { params: refParams, config: model, tokenizer } = reference;
  const rng = createRng(config.seed).fork('dpo');

  // 1. rows
  if (inputs.pairs.length === 0) throw new InputError('dpo: there are no preference pairs');
  const maxLength = config.maxPromptTokens + config.maxResponseTokens;
  const lengthFlags = '--max-prompt-tokens or --max-response-tokens';
  const drawDemonstrations = demonstrationSource(
    'dpo',
    inputs.demonstrations ?? [],
    reference,
    { ...config, maxLength, lengthFlags },
    rng.fork('demonstrations'),
  );
  const sample = config.samplesEvery > 0 ? policySampler(reference, inputs, config) : undefined;
  const differing = differingPairs('dpo', inputs.pairs, tokenizer, config);
  const pairs = differing.map((pair) => encodePair(tokenizer, pair, config));
  const lengths = pairs.map(longerSide);
  requirePositions('dpo', lengths, model, lengthFlags);
  const draw = (step: number): PairRow[] =>
    stepRowsByLength(step, config.batchSize, lengths, rng.fork('rows')).map((i) => pairs[i] as PairRow);
  const needed = new Set(Array.from({ length: config.maxSteps }, (_, i) => draw(i + 1)).flat());
  const refLogps = jit((params: NamedTensors, responses: Sides) => responseLogps(params, model, responses));
  const readPairs = (part: readonly PairRow[]): tf.Tensor1D => {
    const own = sides(part, tokenizer.padTokenId, config, model.hiddenSize, 2 * config.batchSize);
    const read = refLogps(refParams, own);
    disposeTree(own);
    return read;
  };
  const rowOf = readReference([...needed], readPairs, config.batchSize);

  // 2. batch
  const microbatches = (step: number): Batch[] => {
    const rows = draw(step).map((pair) => rowOf.get(pair) as Row);
    const parts = chunk(rows, Math.ceil(rows.length / config.gradientAccumulationSteps));
    const own = drawDemonstrations(step, parts.length);
    return parts.map((part, i) => batch(part, rows, tokenizer.padTokenId, config, model.hiddenSize, own[i]));
  };

  // 3. loss, 4. report
  const appendSamples =
    config.samplesEvery > 0 ? openSamples(run.file('samples.jsonl'), run.lastStep()) : undefined;
  const trainer: Trainer<Batch> = {
    name: 'dpo',
    totalSteps: config.maxSteps,
    updatesPerStep: 1,
    initialState: {},
    shown: ['loss', 'rewards/accuracies', 'rewards/margins'],
    ...trainedParts('dpo', model, config),
    loss: (params, own) => loss(params, own, model, config),
    async batches(step, _, state) {
      return {
        updates: [microbatches(step)],
        metrics: { epoch: lastOf((step * config.batchSize) / pairs.length) },
        next: ([update]) => {
          if (step === 1 && config.lossType === 'sigmoid')
            refuseUnequalStart(update?.['loss/preference_avg'] as number, config);
          return { state };
        },
      };
    },
    async afterStep(step, params) {
      if (sample !== undefined && (step % config.samplesEvery === 0 || step === config.maxSteps)) {
        appendSamples?.(await sample(step, params, rng.fork('samples').fork(step)));
      }
      return inputs.afterStep?.(step, params);
    },
  };
  return train(trainer, start.params, config, run);
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
