import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { parseConfig } from '../../lib/config';
import { readJsonLines } from '../../lib/files';
import { sftFields, type SftConfig } from '../../lib/sft/config';
import { trainSft } from '../../lib/sft/trainer';
import type { NamedTensors } from '../../lib/train/adamw';
import type { MetricsRow } from '../../lib/train/metrics';
import { demonstrations, largestDifference, tinyPolicy, tinyRun } from '../policy/support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const model = tinyPolicy();
const out = () => join(mkdtempSync(join(tmpdir(), 'rlhf-kit-sft-')), 'run');

async function trained(
  given: Partial<SftConfig> = {},
  run = tinyRun(out()),
): Promise<{ params: NamedTensors; rows: MetricsRow[] }> {
  const directory = await run;
  const config = parseConfig('sft', sftFields, {
    maxSteps: 4,
    batchSize: 6,
    learningRate: 1e-2,
    maxLength: 16,
    evalFraction: 0.25,
    evalSteps: 2,
    loggingSteps: 1,
    ...given,
  });
  const params = await trainSft(model, demonstrations, config, directory);
  return { params, rows: await readJsonLines(directory.file('metrics.jsonl')) };
}

describe('trainSft', () => {
  it('logs TRL’s metrics, those of rows held out every evalSteps, and how far it has got', async () => {
    const { rows } = await trained();
    const names = ['loss', 'mean_token_accuracy', 'entropy'];
    const always = ['step', ...names, 'num_tokens', 'epoch', 'grad_norm', 'learning_rate'];
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual([...always].sort());
    expect(Object.keys(rows[1] ?? {}).sort()).toEqual(
      [...always, ...names.map((name) => `eval_${name}`)].sort(),
    );
    rows.forEach((row, i) => expect(row['epoch']).toBeCloseTo((6 * (i + 1)) / 18, 8));
    const tokens = rows.map((row) => row['num_tokens'] as number);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
  });

  it('logs the last number of tokens of several steps and the mean of the losses', async () => {
    const { rows } = await trained();
    const [row] = (await trained({ loggingSteps: 4 })).rows;
    expect(row?.['num_tokens']).toBe(rows[3]?.['num_tokens']);
    expect(row?.['loss']).toBeCloseTo(rows.reduce((sum, { loss }) => sum + (loss as number), 0) / 4, 6);
  });

  it('learns the demonstrations', async () => {
    const { rows } = await trained({ maxSteps: 60, evalSteps: 60 });
    expect(rows.at(-1)?.['loss']).toBeLessThan((rows[0]?.['loss'] as number) - 0.5);
  });

  it('computes the same step in parts as whole', async () => {
    const [whole, parts] = [await trained(), await trained({ gradientAccumulationSteps: 3 })];
    expect(largestDifference(whole.params, parts.params)).toBeLessThan(5e-5);
  });

  it('ends with the numbers of an unbroken run when it is resumed', async () => {
    const options = { saveSteps: 2, lrSchedulerType: 'constant' } as const;
    const unbroken = await trained({ ...options, maxSteps: 5 });
    const path = out();
    await trained({ ...options, maxSteps: 3 }, tinyRun(path));
    const resumed = await trained({ ...options, maxSteps: 5 }, tinyRun(path, true));
    const training = ({ rows }: Awaited<ReturnType<typeof trained>>) =>
      rows.map(({ loss, grad_norm, num_tokens }) => [loss, grad_norm, num_tokens]);
    expect(training(resumed)).toEqual(training(unbroken));
    expect(largestDifference(resumed.params, unbroken.params)).toBe(0);
  });
});
