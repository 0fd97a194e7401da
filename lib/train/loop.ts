/**
 * The loop that SFT, reward model and all policies share: draw, differentiate, clip, step, log, save. What differs between
 * them, the loss and where batches come from, is the trainer's.
 */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import { InputError } from '../errors';
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
import { loadCheckpoint, saveCheckpoint } from './checkpoint';
import { interrupted, interruptible, interruptRequested } from './interrupt';
import { meanMetrics, openMetricsLog, type Metrics, type MetricsRow } from './metrics';
import { startProgress } from './progress';
import type { RunDirectory } from './run-directory';
import { learningRateAt, type ScheduleConfig } from './schedule';

/** What a loss gives: the scalar to minimise and scalars to log. Both are sums divided by the whole batch's count, so that microbatches add up. */
export interface LossAndMetrics {
  readonly loss: tf.Scalar;
  readonly metrics: Readonly<Record<string, tf.Scalar>>;
}

/** The batches of one step. */
export interface StepBatches<B> {
  /** One entry an optimizer update; the gradients of its microbatches are added. The loop disposes the batches. */
  readonly updates: readonly (readonly B[])[];
  /** Logged as they are. */
  readonly metrics?: Metrics;
  /** Sees the metrics of the step's updates; may adapt the trainer's `carry`; what it returns is logged too. */
  finish?(updates: readonly Metrics[]): Metrics;
}

export interface Trainer<B> {
  readonly name: string;
  readonly totalSteps: number;
  readonly updatesPerStep: number;
  /** Pure and traceable: no value is read, no shape depends on one. */
  loss(params: NamedTensors, batch: B): LossAndMetrics;
  /** Everything without gradient: draws rows, rolls out, scores. Everything random comes from the step's number. */
  batches(step: number, params: NamedTensors): Promise<StepBatches<B>>;
  /** Numbers that change as the run goes and that a checkpoint must hold. `learningRateFactor` multiplies the schedule. */
  readonly carry?: Record<string, number>;
  /** Metrics shown beside the progress bar. */
  readonly shown?: readonly string[];
  /** Called after every step with the parameters reached, e.g. to evaluate on held-out rows. */
  afterStep?(step: number, params: NamedTensors): Promise<Metrics | undefined>;
}

export interface LoopConfig extends ScheduleConfig, AdamwConfig {
  readonly maxGradNorm: number;
  readonly bf16: boolean;
  readonly loggingSteps: number;
  readonly saveSteps: number;
}

/**
 * Trains and returns the parameters reached; the caller owns them. The given parameters are left as they are.
 *
 * Step k of a resumed run computes what step k of an unbroken run computes: parameters, moments, the update count and the
 * trainer's `carry` come from the checkpoint, random numbers from the step's number.
 *
 * @throws {InputError} when the loss is not finite; the last checkpoint stays.
 * @throws {InterruptedError} after Ctrl-C, with a checkpoint written.
 */
export async function train<B>(
  trainer: Trainer<B>,
  initial: NamedTensors,
  config: LoopConfig,
  run: RunDirectory,
): Promise<NamedTensors> {
  const checkpoint = run.resumed ? loadCheckpoint(run.path, initial) : undefined;
  const carry = trainer.carry ?? {};
  Object.assign(carry, checkpoint?.carry);
  let params = checkpoint?.params ?? cloneTensors(initial);
  let moments = checkpoint?.moments ?? initAdamw(params);
  let updates = checkpoint?.updates ?? 0;
  const first = checkpoint?.step ?? 0;
  let pending: Metrics[] = [...(checkpoint?.pending ?? [])];
  const totalUpdates = trainer.totalSteps * trainer.updatesPerStep;
  const log = await openMetricsLog(run.file('metrics.jsonl'), first);
  const optimizer = makeOptimizer(trainer, config);
  const progress = startProgress(trainer.name, trainer.totalSteps);
  const save = (step: number): void =>
    saveCheckpoint(run.path, { step, updates, params, moments, carry, pending });

  return interruptible(async () => {
    try {
      for (let step = first + 1; step <= trainer.totalSteps; step++) {
        const { updates: batches, metrics: drawn = {}, finish } = await trainer.batches(step, params);
        const updateMetrics: Metrics[] = [];
        for (const microbatches of batches) {
          const learningRate =
            learningRateAt(updates, totalUpdates, config) * (carry['learningRateFactor'] ?? 1);
          const result = optimizer(params, moments, microbatches, learningRate, updates + 1);
          ({ params, moments } = result);
          updates++;
          updateMetrics.push({ ...readMetrics(result.metrics), learning_rate: learningRate });
          disposeTree(microbatches);
        }
        const finished = finish?.(updateMetrics) ?? {};
        const stepMetrics: Metrics = { ...meanMetrics(updateMetrics), ...drawn, ...finished };
        refuseNonFinite(trainer.name, step, stepMetrics);
        Object.assign(stepMetrics, await trainer.afterStep?.(step, params));
        pending.push(stepMetrics);
        if (step % config.loggingSteps === 0 || step === trainer.totalSteps) {
          const row: MetricsRow = { step, ...meanMetrics(pending) };
          log.append(row);
          pending = [];
        }
        progress.update(step, pick(stepMetrics, trainer.shown ?? ['loss']));
        const stop = await interruptRequested();
        if (stop || (step % config.saveSteps === 0 && step < trainer.totalSteps)) save(step);
        if (stop) {
          throw interrupted(
            `${trainer.name}: stopped after step ${step}; go on with --resume --out ${run.path}`,
          );
        }
      }
      disposeTree([moments.m, moments.v]);
      return params;
    } finally {
      progress.stop();
    }
  });
}

interface OptimizerResult {
  params: NamedTensors;
  moments: AdamwMoments;
  metrics: Record<string, tf.Scalar>;
}

/** One compiled function for a single batch; two (gradient, apply) when gradients are accumulated. */
function makeOptimizer<B>(trainer: Trainer<B>, config: LoopConfig) {
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
  const differentiate = (params: NamedTensors, batch: B) =>
    valueAndGrad((weights) => trainer.loss(weights, batch), params);

  const update = jit(
    (
      params: NamedTensors,
      m: NamedTensors,
      v: NamedTensors,
      batch: B,
      learningRate: tf.Scalar,
      count: tf.Scalar,
    ) => {
      const { loss, metrics, grads } = differentiate(params, batch);
      const { norm, ...next } = apply(params, { m, v }, grads, learningRate, count);
      return {
        params: next.params,
        m: next.moments.m,
        v: next.moments.v,
        metrics: { loss, ...metrics, grad_norm: norm },
      };
    },
    { donate: [0, 1, 2] },
  );
  const gradient = jit((params: NamedTensors, batch: B) => {
    const { loss, metrics, grads } = differentiate(params, batch);
    return { grads, metrics: { loss, ...metrics } };
  });
  const add = jit((a: Record<string, tf.Tensor>, b: Record<string, tf.Tensor>) => addNamed(a, b), {
    donate: [0, 1],
  });
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
    moments: AdamwMoments,
    microbatches: readonly B[],
    learningRate: number,
    count: number,
  ): OptimizerResult => {
    const scalars = [tf.scalar(learningRate), tf.scalar(count)] as const;
    try {
      if (microbatches.length === 1) {
        const next = update(params, moments.m, moments.v, microbatches[0] as B, ...scalars);
        return { params: next.params, moments: { m: next.m, v: next.v }, metrics: next.metrics };
      }
      let sum = gradient(params, microbatches[0] as B);
      for (const batch of microbatches.slice(1)) {
        const more = gradient(params, batch);
        sum = {
          grads: add(sum.grads, more.grads),
          metrics: add(sum.metrics, more.metrics) as typeof sum.metrics,
        };
      }
      const next = finish(params, moments.m, moments.v, sum.grads, ...scalars);
      const metrics = { ...sum.metrics, grad_norm: next.norm };
      return { params: next.params, moments: { m: next.m, v: next.v }, metrics };
    } finally {
      disposeTree(scalars);
    }
  };
}

/** Adds entry by entry; `min_…` and `max_…` metrics combine as their names say. */
function addNamed(a: NamedTensors, b: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(a).map(([name, tensor]) => {
      const combine = name.startsWith('min_') ? tf.minimum : name.startsWith('max_') ? tf.maximum : tf.add;
      return [name, combine(tensor, b[name] as tf.Tensor)];
    }),
  );
}

function cloneTensors(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()]));
}

function readMetrics(metrics: Record<string, tf.Scalar>): Metrics {
  const read = Object.fromEntries(
    Object.entries(metrics).map(([key, scalar]) => [key, scalar.dataSync()[0] as number]),
  );
  disposeTree(metrics);
  return read;
}

function refuseNonFinite(name: string, step: number, metrics: Metrics): void {
  for (const [key, value] of Object.entries(metrics)) {
    if (Number.isFinite(value)) continue;
    throw new InputError(
      `${name}: ${key} became ${value} at step ${step}; the last checkpoint is kept. Lower --learning-rate or --max-grad-norm, or look for odd rows in the input`,
    );
  }
}

function pick(metrics: Metrics, keys: readonly string[]): Metrics {
  return Object.fromEntries(keys.filter((key) => key in metrics).map((key) => [key, metrics[key] as number]));
}
