import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { parseCommandLine } from '../../../lib/cli/command';
import { ppoCommand } from '../../../lib/cli/commands/ppo';
import { readJson, readJsonLines } from '../../../lib/files';
import { loadModel, saveModel } from '../../../lib/model/directory';
import type { PolicySample } from '../../../lib/policy/samples';
import type { MetricsRow } from '../../../lib/train/metrics';
import { tinyModel } from '../../evaluation/tiny-models';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-ppo-'));
const path = (name: string): string => join(folder, name);
const write = (name: string, rows: readonly object[]): void =>
  writeFileSync(path(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** Runs the command on the tiny model with few, short responses. */
function ppo(line: string): Promise<unknown> {
  const short = '--max-steps 2 --rollout-batch-size 4 --num-ppo-epochs 1 --max-new-tokens 6 --engine cpu';
  const words = `--model ${path('policy')} --prompts ${path('prompts.jsonl')} ${short} ${line}`.split(' ');
  return ppoCommand.run(parseCommandLine(ppoCommand, words));
}

beforeAll(async () => {
  await useEngine('cpu');
  const model = tinyModel(1);
  saveModel(path('policy'), model);
  const head = tf.tensor2d([Array.from({ length: 16 }, (_, i) => i - 8)]);
  saveModel(path('reward'), { ...model, params: { ...model.params, 'score.weight': head } });
  const prompts = ['hello', 'how are you', 'there', 'you'].map((prompt) => ({ prompt }));
  write('prompts.jsonl', prompts);
  write(
    'demonstrations.jsonl',
    prompts.map(({ prompt }) => ({ prompt, response: 'hello' })),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rlhf-kit ppo', () => {
  it('trains against a reward model and writes the policy without its value head', async () => {
    const out = path('reward-model');
    const result = await ppo(
      `--reward-model ${path('reward')} --value-init rewardModel --demonstrations ${path('demonstrations.jsonl')} --sft-loss-coef 0.1 --out ${out}`,
    );
    expect(result).toMatchObject({ command: 'ppo', prompts: 4, model: join(out, 'model') });
    const [before, after] = [path('policy'), join(out, 'model')].map((directory) => loadModel(directory));
    expect(Object.keys(after?.params ?? {}).sort()).toEqual(Object.keys(before?.params ?? {}).sort());
    const rows = await readJsonLines<MetricsRow>(join(out, 'metrics.jsonl'));
    expect(rows).toHaveLength(2);
    expect(rows[0]?.['loss/sft_avg']).toBeGreaterThan(1);
    const manifest = readJson<{ complete: boolean; inputs: object }>(join(out, 'manifest.json'));
    expect(manifest.complete).toBe(true);
    expect(Object.keys(manifest.inputs)).toContain(join(path('reward'), 'model.safetensors'));
  });

  it('trains against a scorer from a module and writes the rollouts of the iterations asked for', async () => {
    writeFileSync(
      path('length.mjs'),
      'export default async (inputs) => inputs.map((i) => i.response.length);',
    );
    const out = path('module');
    await ppo(`--reward ${path('length.mjs')} --samples-every 2 --out ${out}`);
    const samples = await readJsonLines<PolicySample>(join(out, 'samples.jsonl'));
    expect(samples.map(({ step }) => step)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    for (const { score, response } of samples) expect(score).toBe(response.length);
  });

  it('trains against an ensemble and logs what its reward models disagree about', async () => {
    const model = tinyModel(3);
    const head = tf.tensor2d([Array.from({ length: 16 }, (_, i) => 8 - i)]);
    saveModel(path('other'), { ...model, params: { ...model.params, 'score.weight': head } });
    const out = path('ensemble');
    const both = `${path('reward')},${path('other')}`;
    await ppo(`--reward-model ${both} --ensemble-penalty 0.5 --samples-every 1 --out ${out}`);
    const [row] = await readJsonLines<MetricsRow>(join(out, 'metrics.jsonl'));
    expect(row?.['rewards/disagreement/mean']).toBeGreaterThan(0);
    const samples = await readJsonLines<PolicySample>(join(out, 'samples.jsonl'));
    const first = samples.filter(({ step }) => step === 1);
    const disagreements = first.map(({ scoreParts }) => scoreParts?.['disagreement'] as number);
    const mean = disagreements.reduce((sum, value) => sum + value, 0) / first.length;
    expect(mean).toBeCloseTo(row?.['rewards/disagreement/mean'] as number, 5);
    const { inputs } = readJson<{ inputs: object }>(join(out, 'manifest.json'));
    expect(Object.keys(inputs)).toContain(join(path('other'), 'model.safetensors'));
    await expect(
      ppo(`--reward-model ${both} --value-init rewardModel --out ${path('two-heads')}`),
    ).rejects.toThrow('ppo: --value-init rewardModel takes one reward model, got 2');
  });

  it.each([
    ['no scorer', '', 'ppo: either --reward-model or --reward must be given'],
    ['two scorers', '--reward vader --reward-model x', '--reward-model and --reward name one scorer'],
    [
      'an unknown scorer',
      '--reward vadr',
      "unknown scorer 'vadr': expected the folder of a reward model, vader",
    ],
    [
      'a value head from a scorer that has none',
      '--reward vader --value-init rewardModel',
      "valueInit 'rewardModel' needs a reward model of the policy's width (16), got none",
    ],
    [
      'a penalty without an ensemble',
      '--reward vader --ensemble-penalty 1',
      'ppo: --ensemble-penalty is for two or more directories in --reward-model, got 1',
    ],
    ['a word for a number', '--reward vader --kl-coef high', "'--kl-coef' must be a number, got 'high'"],
  ])('refuses %s', async (name, line, message) => {
    const words = `${line} --out ${path(name.replaceAll(' ', '-'))}`.trim();
    await expect(async () => ppo(words)).rejects.toThrow(message);
  });
});
