/** Metrics of a run: one JSON object a line, under TRL's names, appended as the run goes. */
import { appendFileSync, existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { readText, writeFileAtomically } from '../files';
import { disposeTree, mapTree } from '../tensor/pytree';

/** Numbers as they are logged. */
export type Metrics = Record<string, number>;

/**
 * How the number of a batch comes from those of its parts. `mean`: each part holds its sum divided by the count of the whole batch, so
 * that parts are added. `min` and `max`: the smallest and the largest. `last`: the last one, for where a run has got to.
 */
export type Reduction = 'mean' | 'min' | 'max' | 'last';

/** A metric that is not a mean, with its reduction. */
export interface Reduced<T> {
  readonly value: T;
  readonly reduction: Exclude<Reduction, 'mean'>;
}

/** A metric with its reduction; a bare number or scalar is a mean. */
export type Metric<T> = T | Reduced<T>;

export const minOf = <T>(value: T): Reduced<T> => ({ value, reduction: 'min' });
export const maxOf = <T>(value: T): Reduced<T> => ({ value, reduction: 'max' });
export const lastOf = <T>(value: T): Reduced<T> => ({ value, reduction: 'last' });

/** Metrics of a step, not reduced yet. */
export type StepMetrics = Readonly<Record<string, Metric<number>>>;

/** Metrics inside a step function. */
export type ScalarMetrics = Readonly<Record<string, Metric<tf.Scalar>>>;

/** What a loss gives: the scalar to minimise, divided by the count of the whole batch, and scalars to log. */
export interface LossAndMetrics {
  readonly loss: tf.Scalar;
  readonly metrics: ScalarMetrics;
}

export interface MetricsRow extends Metrics {
  step: number;
}

export interface MetricsLog {
  append(row: MetricsRow): void;
}

/**
 * Opens the metrics file of a run.
 *
 * @param keepUntil rows of later steps are removed: after a kill, the steps since the last checkpoint run again.
 */
export async function openMetricsLog(path: string, keepUntil: number): Promise<MetricsLog> {
  if (existsSync(path)) {
    writeFileAtomically(path, keptLines(readText(path), keepUntil));
  }
  return { append: (row) => appendFileSync(path, `${JSON.stringify(rounded(row))}\n`) };
}

function keptLines(text: string, keepUntil: number): string {
  // A kill may have cut the last line short: only lines that end count, and later ones are computed again.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '' && (JSON.parse(line) as MetricsRow).step <= keepUntil)
    .map((line) => `${line}\n`)
    .join('');
}

/** Nine significant digits: all that float32 holds, without the noise of its decimal expansion. */
function rounded(row: MetricsRow): MetricsRow {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, Number(value.toPrecision(9))]),
  ) as MetricsRow;
}

/**
 * Metrics of a step's updates, or of the steps of a logged row, as one row: of `last` the last, of all others the mean over those that
 * have it. Of minima and maxima too: a row has the mean of the batches' smallest rewards, as TRL logs them.
 */
export function meanMetrics(rows: readonly StepMetrics[]): Metrics {
  const columns = new Map<string, Metric<number>[]>();
  for (const row of rows) {
    for (const [key, metric] of Object.entries(row)) columns.set(key, [...(columns.get(key) ?? []), metric]);
  }
  return Object.fromEntries(
    [...columns].map(([key, column]) => {
      const last = column.at(-1) as Metric<number>;
      if (typeof last !== 'number' && last.reduction === 'last') return [key, last.value];
      return [key, column.reduce<number>((sum, metric) => sum + valueOf(metric), 0) / column.length];
    }),
  );
}

function valueOf<T>(metric: Metric<T>): T {
  return isReduced(metric) ? metric.value : metric;
}

function isReduced<T>(metric: Metric<T>): metric is Reduced<T> {
  return typeof metric === 'object' && metric !== null && 'reduction' in metric;
}

type Arithmetic<T> = Readonly<Record<Reduction, (a: T, b: T) => T>>;

/** Metrics of a batch from those of two of its parts; a metric is in both. */
function addParts<T>(
  a: Readonly<Record<string, Metric<T>>>,
  b: Readonly<Record<string, Metric<T>>>,
  arithmetic: Arithmetic<T>,
): Record<string, Metric<T>> {
  return Object.fromEntries(
    Object.entries(a).map(([key, metric]) => {
      const [ours, theirs] = [valueOf(metric), valueOf(b[key] as Metric<T>)];
      if (!isReduced(metric)) return [key, arithmetic.mean(ours, theirs)];
      return [key, { ...metric, value: arithmetic[metric.reduction](ours, theirs) }];
    }),
  );
}

/** Metrics of a batch from those of two of its parts, inside a step function. */
export function addScalars(a: ScalarMetrics, b: ScalarMetrics): ScalarMetrics {
  return addParts<tf.Scalar>(a, b, {
    mean: (x, y) => tf.add(x, y),
    min: (x, y) => tf.minimum(x, y),
    max: (x, y) => tf.maximum(x, y),
    last: (_, y) => y.clone(),
  });
}

/**
 * Loss and metrics on rows held out, under the prefix `eval_`.
 *
 * @param batches parts of the rows, each divided by the count of all. They are disposed, as what `evaluate` gives.
 */
export function heldOutMetrics<B>(batches: Iterable<B>, evaluate: (batch: B) => LossAndMetrics): Metrics {
  let total: StepMetrics = {};
  for (const batch of batches) {
    const { loss, metrics } = evaluate(batch);
    const part = readMetrics({ loss, ...metrics });
    disposeTree(batch);
    total = Object.keys(total).length === 0 ? part : addNumbers(total, part);
  }
  return Object.fromEntries(Object.entries(total).map(([key, metric]) => [`eval_${key}`, valueOf(metric)]));
}

function addNumbers(a: StepMetrics, b: StepMetrics): StepMetrics {
  return addParts<number>(a, b, { mean: (x, y) => x + y, min: Math.min, max: Math.max, last: (_, y) => y });
}

/** Reads the scalars of metrics and disposes them. */
export function readMetrics(metrics: ScalarMetrics): StepMetrics {
  const read = mapTree(metrics, (scalar) => scalar.dataSync()[0]) as StepMetrics;
  disposeTree(metrics);
  return read;
}
