import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { InterruptedError } from '../../lib/errors';
import { createRng } from '../../lib/random';
import type { NamedTensors } from '../../lib/train/adamw';
import { requestInterrupt } from '../../lib/train/interrupt';
import { train, type LoopConfig, type Trainer } from '../../lib/train/loop';
import { maxOf } from '../../lib/train/metrics';
import { openRunDirectory } from '../../lib/train/run-directory';

let folder: string;
beforeAll(() => useEngine('cpu'));
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-loop-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const config: LoopConfig = {
  learningRate: 0.05,
  lrSchedulerType: 'linear',
  warmupSteps: 2,
  weightDecay: 0.01,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  maxGradNorm: 1,
  bf16: false,
  loggingSteps: 3,
  saveSteps: 4,
};

type State = { readonly seen: number };
type Batch = { x: tf.Tensor2D; y: tf.Tensor1D; count: tf.Scalar };

/** Linear regression on random rows, cut into `parts` microbatches; its state counts rows seen. */
function regression(
  totalSteps: number,
  parts = 1,
  events: { stopAt?: number; poisonAt?: number } = {},
): Trainer<Batch, State> {
  return {
    name: 'regression',
    totalSteps,
    updatesPerStep: 1,
    initialState: { seen: 0 },
    loss: (params, { x, y, count }) => {
      const errors = tf.sub(tf.reshape(tf.matMul(x, params['w'] as tf.Tensor2D), [-1]), y);
      return {
        loss: tf.div(tf.sum(tf.square(errors)), count) as tf.Scalar,
        metrics: {
          largest_error: maxOf(tf.max(errors) as tf.Scalar),
          mean_error: tf.div(tf.sum(errors), count) as tf.Scalar,
        },
      };
    },
    async batches(step, _, state) {
      if (step === events.stopAt) requestInterrupt();
      const rng = createRng(1).fork(step);
      const seen = state.seen + 8;
      const x = Array.from({ length: 8 }, () => [rng.normal(), rng.normal()]);
      const y = x.map(
        ([a, b]) => 2 * (a as number) - (b as number) + (step === events.poisonAt ? Infinity : 0),
      );
      const size = 8 / parts;
      const updates = Array.from({ length: parts }, (_, i) => ({
        x: tf.tensor2d(x.slice(i * size, (i + 1) * size)),
        y: tf.tensor1d(y.slice(i * size, (i + 1) * size)),
        count: tf.scalar(8),
      }));
      return { updates: [updates], metrics: { seen }, next: () => ({ state: { seen } }) };
    },
  };
}

const initial = (): NamedTensors => ({ w: tf.tensor2d([[0.1], [0.2]]) });
const runTo = async (
  name: string,
  trainer: Trainer<Batch, State>,
  resume = false,
  changes: Partial<LoopConfig> = {},
) => {
  const run = await openRunDirectory({
    command: 'test',
    out: join(folder, name),
    resume,
    config: {},
    inputs: [],
    engine: 'cpu',
  });
  const params = await train(trainer, initial(), { ...config, ...changes }, run);
  return {
    w: [...(params['w'] as tf.Tensor).dataSync()],
    metrics: readFileSync(run.file('metrics.jsonl'), 'utf8'),
  };
};

describe('train', () => {
  it('lowers the loss and logs the mean over the logging interval under the metric names', async () => {
    const { metrics } = await runTo('a', regression(30));
    const rows = metrics
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>);
    expect(rows.map((row) => row['step'])).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'step',
      'loss',
      'largest_error',
      'mean_error',
      'grad_norm',
      'learning_rate',
      'seen',
    ]);
    expect(rows.at(-1)?.['loss']).toBeLessThan((rows[0]?.['loss'] as number) / 2);
    expect(rows[0]?.['seen']).toBe((8 + 16 + 24) / 3);
  });

  it('gives the same numbers for one batch of 8 and eight microbatches of 1', async () => {
    const whole = await runTo('whole', regression(6));
    const parts = await runTo('parts', regression(6, 8));
    parts.w.forEach((value, i) => expect(value).toBeCloseTo(whole.w[i] as number, 5));
    const first = (text: string) => JSON.parse(text.split('\n')[0] as string) as Record<string, number>;
    for (const [key, value] of Object.entries(first(whole.metrics)))
      expect(first(parts.metrics)[key]).toBeCloseTo(value, 4);
  });

  it('stops after Ctrl-C with a checkpoint, and resumed ends with the numbers of an unbroken run', async () => {
    const unbroken = await runTo('unbroken', regression(10));
    await expect(runTo('broken', regression(10, 1, { stopAt: 5 }))).rejects.toThrow(InterruptedError);
    expect(readdirSync(join(folder, 'broken'))).toContain('checkpoint-5');
    const resumed = await runTo('broken', regression(10), true);
    expect(resumed).toEqual(unbroken);
  });

  it('resumes from the last checkpoint after a kill between checkpoints', async () => {
    const unbroken = await runTo('unbroken', regression(10));
    await expect(runTo('killed', regression(10, 1, { poisonAt: 7 }))).rejects.toThrow(
      /loss became .* at step 7/,
    );
    expect(readdirSync(join(folder, 'killed')).filter((name) => name.startsWith('checkpoint'))).toEqual([
      'checkpoint-4',
    ]);
    expect(await runTo('killed', regression(10), true)).toEqual(unbroken);
  });

  it('refuses a checkpoint whose state has other numbers', async () => {
    await expect(runTo('other', regression(10, 1, { poisonAt: 7 }))).rejects.toThrow();
    const path = join(folder, 'other/checkpoint-4/trainer.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"seen"', '"rows"'));
    await expect(runTo('other', regression(10), true)).rejects.toThrow(
      "trainer.json: 'state' must hold seen, got rows; another version wrote it",
    );
  });

  it('takes the learning rate from the schedule and the state', async () => {
    const halved = { ...regression(6), learningRateFactor: ({ seen }: State) => (seen < 24 ? 1 : 0.5) };
    const rates = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Record<string, number>)['learning_rate'] as number);
    const [plain, adapted] = [await runTo('plain', regression(6)), await runTo('halved', halved)];
    expect(rates(adapted.metrics)[0]).toBe(rates(plain.metrics)[0]);
    expect(rates(adapted.metrics)[1]).toBeCloseTo((rates(plain.metrics)[1] as number) / 2, 9);
  });

  it('keeps the number of tensors constant after the first steps', async () => {
    const counts: number[] = [];
    const trainer = { ...regression(8), afterStep: async () => void counts.push(tf.memory().numTensors) };
    await runTo('memory', trainer as Trainer<Batch, State>);
    expect(new Set(counts.slice(1)).size).toBe(1);
  });

  it('leaves the given parameters as they were', async () => {
    const params = initial();
    const run = await openRunDirectory({
      command: 'test',
      out: join(folder, 'own'),
      resume: false,
      config: {},
      inputs: [],
      engine: 'cpu',
    });
    await train(regression(2), params, config, run);
    expect([...(params['w'] as tf.Tensor).dataSync()]).toEqual([Math.fround(0.1), Math.fround(0.2)]);
  });
});
