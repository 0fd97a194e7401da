/** Stage 1: supervised fine-tuning, the next-token loss on demonstrations. */
import { jit } from '../backend';
import type { ModelConfig } from '../model/config';
import { trainedParts } from '../model/lora/adapter';
import { withDropout, type Dropped } from '../model/lora/dropout';
import { createRng } from '../random';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { NamedTensors } from '../train/adamw';
import {
  countLabels,
  demonstrationMicrobatches,
  type DemonstrationBatch,
  type DemonstrationRow,
} from '../train/demonstrations';
import { train, type AfterStep, type Trainer } from '../train/loop';
import { heldOutMetrics, lastOf } from '../train/metrics';
import { inPrecision } from '../train/precision';
import type { RunDirectory } from '../train/run-directory';
import { chunk, stepRowsByLength } from '../train/sampler';
import { requirePositions } from '../train/sequences';
import type { Demonstration } from '../types';
import type { SftConfig } from './config';
import { loss } from './loss';
import { sftRows } from './rows';

export interface SftModels {
  readonly params: NamedTensors;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

/** What changes as the run goes. */
type SftState = {
  /** Labels that counted in the loss so far. */
  readonly numTokens: number;
};

/**
 * Fine-tunes a model on demonstrations and returns its new parameters.
 *
 * Metrics: `loss`, `mean_token_accuracy`, `entropy`, `num_tokens` (counted labels so far), `epoch`, and the first three
 * with the prefix `eval_` on rows held out.
 *
 * @param afterStep called after every step with the parameters reached; what it returns is logged.
 * @throws {InputError} when there are no demonstrations, or none with a token that counts.
 *
 * @example
 * ```ts
 * import * as kit from 'rlhf-kit';
 *
 * await kit.useEngine();
 * const model = kit.loadModel('runs/start/world/model'); // not trained yet
 * const rows = await kit.readDemonstrations('runs/start/world/demonstrations.jsonl');
 * const config = kit.parseConfig('sft', kit.sftFields, { learningRate: 1e-3, maxSteps: 100 });
 * const params = await kit.trainSft(model, rows, config, await kit.scratchRun('sft', config));
 * kit.saveModel('runs/mine/sft', { ...model, params });
 * ```
 */
export async function trainSft(
  models: SftModels,
  demonstrations: readonly Demonstration[],
  config: SftConfig,
  run: RunDirectory,
  afterStep?: AfterStep,
): Promise<NamedTensors> {
  const { params, config: model, tokenizer } = inPrecision(models, config);
  const rng = createRng(config.seed).fork('sft');
  const dropout = rng.fork('dropout');

  // 1. rows
  const { training, heldOut } = sftRows(demonstrations, tokenizer, config, rng.fork('split'));
  const lengths = training.map((row) => row.tokens.length);
  requirePositions(
    'sft',
    [...training, ...heldOut].map((row) => row.tokens.length),
    model,
    '--max-length',
  );
  const draw = (step: number): DemonstrationRow[] =>
    stepRowsByLength(step, config.batchSize, lengths, rng.fork('rows')).map(
      (i) => training[i] as DemonstrationRow,
    );

  // 2. batch
  const layout = config.paddingFree ? { width: model.hiddenSize } : { maxLength: config.maxLength };
  const batches = (rows: readonly DemonstrationRow[], parts: number): DemonstrationBatch[] =>
    demonstrationMicrobatches(rows, parts, tokenizer.padTokenId, layout);

  // 3. loss, 4. report
  const evaluate = jit((weights: NamedTensors, batch: DemonstrationBatch) => loss(weights, batch, model));
  const trainer: Trainer<Dropped<DemonstrationBatch>, SftState> = {
    name: 'sft',
    totalSteps: config.maxSteps,
    updatesPerStep: 1,
    initialState: { numTokens: 0 },
    shown: ['loss', 'mean_token_accuracy'],
    ...trainedParts('sft', model, config),
    loss: (weights, { dropout, ...batch }) => loss({ ...weights, ...dropout }, batch, model),
    async batches(step, _, state) {
      const rows = draw(step);
      const numTokens = state.numTokens + countLabels(rows);
      return {
        updates: [withDropout(batches(rows, config.gradientAccumulationSteps), model, dropout.fork(step))],
        metrics: {
          num_tokens: lastOf(numTokens),
          epoch: lastOf((step * config.batchSize) / training.length),
        },
        next: () => ({ state: { numTokens } }),
      };
    },
    async afterStep(step, weights) {
      const asked = await afterStep?.(step, weights);
      if (heldOut.length === 0 || (step % config.evalSteps !== 0 && step !== config.maxSteps)) return asked;
      const parts = chunk(heldOut, config.batchSize).length;
      const own = await heldOutMetrics(batches(heldOut, parts), (batch) => evaluate(weights, batch));
      return { ...own, ...asked };
    },
  };
  return train(trainer, params, config, run);
}
