import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { parseCommandLine } from '../../../lib/cli/command';
import { commandOf } from '../../../lib/cli/stage-command';
import { rlooStage } from '../../../lib/policy/rloo/stage';
import { readJson, readJsonLines } from '../../../lib/files';
import { loadModel, saveModel } from '../../../lib/model/directory';
import type { PolicySample } from '../../../lib/policy/samples';
import type { MetricsRow } from '../../../lib/train/metrics';
import { tinyModel } from '../../evaluation/tiny-models';

const rlooCommand = commandOf(rlooStage);

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-rloo-'));
const path = (name: string): string => join(folder, name);
const write = (name: string, rows: readonly object[]): void =>
  writeFileSync(path(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** Runs the command on the tiny model with few, short responses. */
function rloo(line: string): Promise<unknown> {
  const short = '--max-steps 2 --generation-batch-size 8 --num-generations 4 --max-new-tokens 6 --engine cpu';
  const words = `--model ${path('policy')} --prompts ${path('prompts.jsonl')} ${short} ${line}`.split(' ');
  return rlooCommand.run(parseCommandLine(rlooCommand, words));
}

beforeAll(async () => {
  await useEngine('cpu');
  const model = tinyModel(1);
  saveModel(path('policy'), model);
  const head = tf.tensor2d([0, 1].map((k) => Array.from({ length: 16 }, (_, i) => (k + 1) * (i - 8))));
  const scoreCriteria = ['helpful', 'harmless'].map((name) => ({ name, weight: 1 }));
  saveModel(path('reward'), {
    ...model,
    config: { ...model.config, scoreCriteria },
    params: { ...model.params, 'score.weight': head },
  });
  const prompts = ['hello', 'how are you', 'there', 'you'].map((prompt) => ({ prompt }));
  write('prompts.jsonl', prompts);
  write(
    'demonstrations.jsonl',
    prompts.map(({ prompt }) => ({ prompt, response: 'hello' })),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rlhf-kit rloo', () => {
  it('trains against a reward model of two criteria, weighed as asked, and logs both', async () => {
    const out = path('reward-model');
    const options = '--normalize-advantages --reward-clip-range 2 --kl-estimator k3 --samples-every 1';
    const result = await rloo(
      `--reward-model ${path('reward')} --reward-weights harmless=1 --demonstrations ${path('demonstrations.jsonl')} --sft-loss-coef 0.1 ${options} --out ${out}`,
    );
    expect(result).toMatchObject({ command: 'rloo', prompts: 4, model: join(out, 'model') });
    const [before, after] = [path('policy'), join(out, 'model')].map((directory) => loadModel(directory));
    expect(Object.keys(after?.params ?? {}).sort()).toEqual(Object.keys(before?.params ?? {}).sort());
    const rows = await readJsonLines<MetricsRow>(join(out, 'metrics.jsonl'));
    expect(rows).toHaveLength(2);
    expect(rows[0]?.['loss/sft_avg']).toBeGreaterThan(1);
    const [helpful, harmless] = ['helpful', 'harmless'].map(
      (name) => rows[0]?.[`rewards/${name}/mean`] as number,
    );
    expect(harmless).toBeCloseTo(2 * (helpful as number), 4);
    const samples = await readJsonLines<PolicySample>(join(out, 'samples.jsonl'));
    expect(samples).toHaveLength(16);
    for (const { score, scoreParts } of samples)
      expect(score).toBeCloseTo(scoreParts?.['harmless'] as number, 5);
    const manifest = readJson<{ complete: boolean; inputs: object }>(join(out, 'manifest.json'));
    expect(manifest.complete).toBe(true);
    expect(Object.keys(manifest.inputs)).toContain(join(path('reward'), 'model.safetensors'));
  });

  it('trains against a scorer from a module', async () => {
    writeFileSync(
      path('length.mjs'),
      'export default async (inputs) => inputs.map((i) => i.response.length);',
    );
    const out = path('module');
    await rloo(`--reward ${path('length.mjs')} --samples-every 2 --out ${out}`);
    const samples = await readJsonLines<PolicySample>(join(out, 'samples.jsonl'));
    expect(new Set(samples.map(({ step }) => step))).toEqual(new Set([1, 2]));
    for (const { score, response } of samples) expect(score).toBe(response.length);
    await expect(
      rloo(`--reward ${path('length.mjs')} --samples-every 2 --resume --out ${out}`),
    ).rejects.toThrow('is complete; there is nothing to resume');
  });

  it.each([
    ['no scorer', '', 'rloo: either --reward-model or --reward must be given'],
    ['two scorers', '--reward vader --reward-model x', '--reward-model and --reward name one scorer'],
    [
      'uneven groups',
      '--reward vader --generation-batch-size 6',
      'rloo: generationBatchSize must be a multiple of numGenerations (4), got 6',
    ],
    [
      'weights of a criterion that is not there',
      `--reward-model ${path('reward')} --reward-weights fluent=1`,
      "'fluent=1' must be name=weight with a name of helpful, harmless",
    ],
    [
      'a clip range of 0',
      '--reward vader --reward-clip-range 0',
      "'rewardClipRange' must be a number > 0, got 0",
    ],
    [
      'a group of one',
      '--reward vader --num-generations 1',
      "'numGenerations' must be an integer ≥ 2, got 1",
    ],
  ])('refuses %s', async (name, line, message) => {
    const words = `${line} --out ${path(name.replaceAll(' ', '-'))}`.trim();
    await expect(async () => rloo(words)).rejects.toThrow(message);
  });
});
