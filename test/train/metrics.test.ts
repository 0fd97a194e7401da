import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addScalars,
  heldOutMetrics,
  lastOf,
  maxOf,
  meanMetrics,
  minOf,
  openMetricsLog,
  readMetrics,
  type ScalarMetrics,
} from '../../lib/train/metrics';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-metrics-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('openMetricsLog', () => {
  it('appends one JSON object a line and drops rows after the step to resume from', async () => {
    const path = join(folder, 'metrics.jsonl');
    const log = await openMetricsLog(path, 0);
    for (const step of [1, 2, 3]) log.append({ step, loss: 1 / 3 });
    const resumed = await openMetricsLog(path, 2);
    resumed.append({ step: 3, loss: 0.25 });
    expect(readFileSync(path, 'utf8')).toBe(
      '{"step":1,"loss":0.333333333}\n{"step":2,"loss":0.333333333}\n{"step":3,"loss":0.25}\n',
    );
  });

  it('drops a last line that a kill cut short', async () => {
    const path = join(folder, 'metrics.jsonl');
    (await openMetricsLog(path, 0)).append({ step: 1, loss: 2 });
    appendFileSync(path, '{"step":2,"lo');
    await openMetricsLog(path, 1);
    expect(readFileSync(path, 'utf8')).toBe('{"step":1,"loss":2}\n');
  });
});

describe('meanMetrics', () => {
  it('averages each key over the rows that have it', () => {
    expect(meanMetrics([{ a: 1, b: 4 }, { a: 3 }])).toEqual({ a: 2, b: 4 });
  });

  it('takes the last of what says how far a run has got', () => {
    const rows = [{ tokens: lastOf(10), epoch: lastOf(0.5) }, { tokens: lastOf(30) }, { loss: 1 }];
    expect(meanMetrics(rows)).toEqual({ tokens: 30, epoch: 0.5, loss: 1 });
  });

  it('averages minima and maxima of batches, whatever their names', () => {
    expect(
      meanMetrics([
        { a: minOf(1), max_b: 2 },
        { a: minOf(3), max_b: 4 },
      ]),
    ).toEqual({ a: 2, max_b: 3 });
  });
});

/** Of two parts of a batch. */
const parts = [
  { mean: 1, least: 2, largest: 3, position: 4 },
  { mean: 10, least: 1, largest: 2, position: 3 },
];
const scalars = (part: (typeof parts)[number]): ScalarMetrics => ({
  min_mean: tf.scalar(part.mean),
  least: minOf(tf.scalar(part.least)),
  largest: maxOf(tf.scalar(part.largest)),
  position: lastOf(tf.scalar(part.position)),
});

describe('addScalars', () => {
  it('adds means and takes minima, maxima and last ones by the reduction that a metric carries, not by its name', () => {
    const [first, second] = parts.map(scalars) as [ScalarMetrics, ScalarMetrics];
    const sum = addScalars(first, second);
    expect(meanMetrics([readMetrics(sum)])).toEqual({ min_mean: 11, least: 1, largest: 3, position: 3 });
  });
});

describe('heldOutMetrics', () => {
  it('puts the parts together under the prefix eval_, loss included, and leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const batches = parts.map((part) => ({ part, input: tf.scalar(0) }));
    const metrics = heldOutMetrics(batches, ({ part }) => ({
      loss: tf.scalar(part.mean / 2),
      metrics: scalars(part),
    }));
    expect(metrics).toEqual({
      eval_loss: 5.5,
      eval_min_mean: 11,
      eval_least: 1,
      eval_largest: 3,
      eval_position: 3,
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(heldOutMetrics([], () => ({ loss: tf.scalar(0), metrics: {} }))).toEqual({});
  });
});
