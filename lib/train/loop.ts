/**
 * The loop that SFT, reward model and all policies share: draw, differentiate, clip, step, log, save. What differs between
 * them, the loss and where batches come from, is the trainer's.
 */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
import { checksumsOf, type Checksums } from '../model/lora/base';
import { pickParams } from '../model/params';
import { valueAndGrad } from '../tensor/gradient';
import { disposeTree } from '../tensor/pytree';
import {
  adamw,
  clipByGlobalNorm,
  initAdamw,
  type AdamwConfig,
  type AdamwMoments,
  type NamedTensors,
} from './adamw';
import { loadCheckpoint, saveCheckpoint, type TrainerState } from './checkpoint';
import { DryRunEnd, stepAccount } from './dry-run';
import { interrupted, interruptible, interruptRequested } from './interrupt';
import {
  addScalars,
  meanMetrics,
  openMetricsLog,
  readMetrics,
  type LossAndMetrics,
  type Metrics,
  type MetricsRow,
  type ScalarMetrics,
  type StepMetrics,
} from './metrics';
import { startProgress } from './progress';
import type { RunDirectory } from './run-directory';
import { learningRateAt, type ScheduleConfig } from './schedule';

/** The batches of one step. */
export interface StepBatches<B, S> {
  /** One entry per optimizer update; the gradients of its microbatches are added. The loop disposes the batches. */
  readonly updates: readonly (readonly B[])[];
  /** Logged with those of the updates. */
  readonly metrics?: StepMetrics;
  /** The state after the step, given the metrics of its updates; absent: it stays. What else it returns is logged too. */
  next?(updates: readonly Metrics[]): { readonly state: S; readonly metrics?: StepMetrics };
}

/** Called after every step with the parameters reached, e.g. to evaluate on held-out rows; what it returns is logged. */
export type AfterStep = (step: number, params: NamedTensors) => Promise<Metrics | undefined>;

export interface Trainer<B, S extends TrainerState = TrainerState> {
  readonly name: string;
  readonly totalSteps: number;
  readonly updatesPerStep: number;
  /** Numbers that change as the run goes; a checkpoint holds them. */
  readonly initialState: S;
  /** Pure and traceable: no value is read, no shape depends on one. */
  loss(params: NamedTensors, batch: B): LossAndMetrics;
  /** Everything without gradient: draws rows, rolls out, scores. Everything random comes from the step's number. */
  batches(step: number, params: NamedTensors, state: S): Promise<StepBatches<B, S>>;
  /** What the schedule's learning rate is multiplied by; absent: 1. */
  learningRateFactor?(state: S): number;
  /** Which parameters are trained, by name; the others are frozen: they have no gradients, no moments and no copy. Absent: all. */
  isTrained?(name: string): boolean;
  /** Metrics shown beside the progress bar. */
  readonly shown?: readonly string[];
  readonly afterStep?: AfterStep;
}

export interface LoopConfig extends ScheduleConfig, AdamwConfig {
  readonly maxGradNorm: number;
  readonly bf16: boolean;
  readonly loggingSteps: number;
  readonly saveSteps: number;
}

/**
 * Trains and returns the parameters reached; the caller owns them. The given parameters are left as they are; frozen ones are
 * returned as further handles of the same numbers.
 *
 * Step k of a resumed run computes what step k of an unbroken run computes: parameters, moments, the update count and the
 * trainer's state come from the checkpoint, random numbers from the step's number.
 *
 * @throws {InputError} when the loss is not finite; the last checkpoint stays.
 * @throws {InterruptedError} after Ctrl-C, with a checkpoint written.
 * @throws {DryRunEnd} after the first step of a dry run.
 */
export async function train<B, S extends TrainerState>(
  trainer: Trainer<B, S>,
  initial: NamedTensors,
  config: LoopConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const isTrained = trainer.isTrained ?? (() => true);
  const start = pickParams(initial, isTrained);
  const frozen = pickParams(initial, (name) => !isTrained(name));
  let sums: Checksums | undefined;
  /** Of the frozen parameters, which do not change; only checkpoints need them. */
  const base = (): Checksums => (sums ??= checksumsOf(frozen));
  const checkpoint = run.resumed
    ? loadCheckpoint(run.path, { params: start, frozen: base(), state: trainer.initialState })
    : undefined;
  const whole = (): NamedTensors => ({ ...frozen, ...params });
  let state = (checkpoint?.state as S | undefined) ?? trainer.initialState;
  let params = checkpoint?.params ?? cloneTensors(start);
  let moments = checkpoint?.moments ?? initAdamw(params);
  let updates = checkpoint?.updates ?? 0;
  const first = checkpoint?.step ?? 0;
  let pending: StepMetrics[] = [...(checkpoint?.pending ?? [])];
  const totalUpdates = trainer.totalSteps * trainer.updatesPerStep;
  const log = await openMetricsLog(run.file('metrics.jsonl'), first);
  const optimizer = makeOptimizer(trainer, config);
  const progress = startProgress(trainer.name, trainer.totalSteps);
  const save = (step: number): void =>
    saveCheckpoint(run.path, { step, updates, params, moments, frozen: base(), state, pending });

  return interruptible(async () => {
    try {
      for (let step = first + 1; step <= trainer.totalSteps; step++) {
        const { updates: batches, metrics: drawn, next } = await trainer.batches(step, whole(), state);
        if (run.isDry === true) {
          const update = (microbatches: readonly B[]) => {
            const result = optimizer(params, frozen, moments, microbatches, 0, updates + 1);
            // Read, so that the step is over before the process may be.
            readMetrics(result.metrics);
            return [result.params, result.moments];
          };
          throw new DryRunEnd(stepAccount(params, frozen, batches, update));
        }
        const updateMetrics: Metrics[] = [];
        for (const microbatches of batches) {
          const learningRate =
            learningRateAt(updates, totalUpdates, config) * (trainer.learningRateFactor?.(state) ?? 1);
          const result = optimizer(params, frozen, moments, microbatches, learningRate, updates + 1);
          ({ params, moments } = result);
          updates++;
          updateMetrics.push({ ...meanMetrics([readMetrics(result.metrics)]), learning_rate: learningRate });
          disposeTree(microbatches);
        }
        const after = next?.(updateMetrics) ?? { state };
        const stepMetrics = { ...meanMetrics(updateMetrics), ...drawn, ...after.metrics };
        const numbers = meanMetrics([stepMetrics]);
        refuseNonFinite(trainer.name, step, numbers);
        const later = await trainer.afterStep?.(step, whole());
        ({ state } = after);
        pending.push({ ...stepMetrics, ...later });
        if (step % config.loggingSteps === 0 || step === trainer.totalSteps) {
          const row: MetricsRow = { step, ...meanMetrics(pending) };
          log.append(row);
          pending = [];
        }
        progress.update(step, pick({ ...numbers, ...later }, trainer.shown ?? ['loss']));
        const stop = await interruptRequested();
        if (stop || (step % config.saveSteps === 0 && step < trainer.totalSteps)) save(step);
        if (stop) {
          throw interrupted(
            `${trainer.name}: stopped after step ${step}; go on with --resume --out ${run.path}`,
          );
        }
      }
      disposeTree([moments.m, moments.v]);
      return { ...cloneTensors(frozen), ...params };
    } finally {
      progress.stop();
    }
  });
}

interface OptimizerResult {
  params: NamedTensors;
  moments: AdamwMoments;
  metrics: ScalarMetrics;
}

/** One compiled function for a single batch; two (gradient, apply) when gradients are accumulated. */
function makeOptimizer<B>({ loss }: Pick<Trainer<B>, 'loss'>, config: LoopConfig) {
  const apply = (
    params: NamedTensors,
    moments: AdamwMoments,
    grads: NamedTensors,
    learningRate: tf.Scalar,
    count: tf.Scalar,
  ) => {
    const { gradients, norm } = clipByGlobalNorm(grads, config.maxGradNorm);
    return { ...adamw(params, gradients, moments, learningRate, count, config), norm };
  };
  const differentiate = (params: NamedTensors, frozen: NamedTensors, batch: B) =>
    valueAndGrad((weights) => loss({ ...frozen, ...weights }, batch), params);

  const update = jit(
    (
      params: NamedTensors,
      m: NamedTensors,
      v: NamedTensors,
      batch: B,
      learningRate: tf.Scalar,
      count: tf.Scalar,
      frozen: NamedTensors,
    ) => {
      const { loss: value, metrics, grads } = differentiate(params, frozen, batch);
      const { norm, ...next } = apply(params, { m, v }, grads, learningRate, count);
      return {
        params: next.params,
        m: next.moments.m,
        v: next.moments.v,
        metrics: { loss: value, ...metrics, grad_norm: norm },
      };
    },
    { donate: [0, 1, 2] },
  );
  const gradient = jit((params: NamedTensors, batch: B, frozen: NamedTensors) => {
    const { loss: value, metrics, grads } = differentiate(params, frozen, batch);
    return { grads, metrics: { loss: value, ...metrics } satisfies ScalarMetrics };
  });
  const addGradients = jit(addNamed, { donate: [0, 1] });
  const addMetrics = jit(addScalars, { donate: [0, 1] });
  const finish = jit(
    (
      params: NamedTensors,
      m: NamedTensors,
      v: NamedTensors,
      grads: NamedTensors,
      rate: tf.Scalar,
      count: tf.Scalar,
    ) => {
      const { norm, ...next } = apply(params, { m, v }, grads, rate, count);
      return { params: next.params, m: next.moments.m, v: next.moments.v, norm };
    },
    { donate: [0, 1, 2, 3] },
  );

  return (
    params: NamedTensors,
    frozen: NamedTensors,
    moments: AdamwMoments,
    microbatches: readonly B[],
    learningRate: number,
    count: number,
  ): OptimizerResult => {
    const scalars = [tf.scalar(learningRate), tf.scalar(count)] as const;
    try {
      if (microbatches.length === 1) {
        const next = update(params, moments.m, moments.v, microbatches[0] as B, ...scalars, frozen);
        return { params: next.params, moments: { m: next.m, v: next.v }, metrics: next.metrics };
      }
      const first = gradient(params, microbatches[0] as B, frozen);
      let [grads, metrics]: [NamedTensors, ScalarMetrics] = [first.grads, first.metrics];
      for (const batch of microbatches.slice(1)) {
        const more = gradient(params, batch, frozen);
        grads = addGradients(grads, more.grads);
        metrics = addMetrics(metrics, more.metrics);
      }
      const next = finish(params, moments.m, moments.v, grads, ...scalars);
      metrics = { ...metrics, grad_norm: next.norm };
      return { params: next.params, moments: { m: next.m, v: next.v }, metrics };
    } finally {
      disposeTree(scalars);
    }
  };
}

function addNamed(a: NamedTensors, b: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(a).map(([name, tensor]) => [name, tf.add(tensor, b[name] as tf.Tensor)]),
  );
}

function cloneTensors(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()]));
}

function refuseNonFinite(name: string, step: number, metrics: Metrics): void {
  for (const [key, value] of Object.entries(metrics)) {
    if (Number.isFinite(value)) continue;
    throw new InputError(
      `${name}: ${key} became ${value} at step ${step}; earlier checkpoints are kept. Lower --learning-rate or --max-grad-norm, or look for odd rows in the input`,
    );
  }
}

function pick(metrics: Metrics, keys: readonly string[]): Metrics {
  return Object.fromEntries(keys.filter((key) => key in metrics).map((key) => [key, metrics[key] as number]));
}
