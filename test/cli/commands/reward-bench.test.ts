import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { parseCommandLine } from '../../../lib/cli/command';
import { commandOf } from '../../../lib/cli/stage-command';
import { readJson } from '../../../lib/files';
import { saveModel } from '../../../lib/model/directory';
import { rewardBenchStage, type RewardBench } from '../../../lib/reward/bench-stage';
import { tinyModel } from '../../evaluation/tiny-models';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-reward-bench-'));
const path = (name: string): string => join(folder, name);
const command = commandOf(rewardBenchStage);
const bench = (line: string): Promise<unknown> =>
  command.run(parseCommandLine(command, `--engine cpu ${line}`.split(' ')));

beforeAll(async () => {
  await useEngine('cpu');
  const model = tinyModel(1);
  saveModel(path('policy'), model);
  const head = tf.tensor2d([Array.from({ length: 16 }, (_, i) => i - 8)]);
  saveModel(path('reward'), { ...model, params: { ...model.params, 'score.weight': head } });
  const rows = [
    { prompt: 'hello', chosen: 'how are you', rejected: 'you', task: 'chat' },
    { prompt: 'you', chosen: 'are', rejected: 'hello there', task: 'chat' },
    { prompt: 'there', chosen: 'hello you', rejected: 'are', task: 'safety' },
  ];
  writeFileSync(path('pairs.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rlhf-kit reward-bench', () => {
  it('writes accuracies by subset and by length, and calibration', async () => {
    const out = path('bench');
    const result = await bench(`--model ${path('reward')} --pairs ${path('pairs.jsonl')} --out ${out}`);
    const written = readJson<RewardBench>(join(out, 'reward-bench.json'));
    expect(result).toMatchObject({ pairs: 3, accuracy: written.all.accuracy });
    expect(written.bySubset).toMatchObject({ chat: { n: 2 }, safety: { n: 1 } });
    expect([written.chosenLonger.n, written.chosenShorter.n]).toEqual([2, 1]);
    expect(written.lengthOnlyAccuracy).toBeCloseTo(2 / 3, 9);
    expect(written.calibration.ece).toBeGreaterThanOrEqual(0);
    expect(written.adversarial).toBeUndefined();
  });

  it('refuses a model without a score head', async () => {
    await expect(
      bench(`--model ${path('policy')} --pairs ${path('pairs.jsonl')} --out ${path('none')}`),
    ).rejects.toThrow('the model has no score.weight; it is not a reward model');
  });
});
