import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { readJson } from '../../lib/files';
import { pipelinePresets } from '../../lib/pipeline/presets';
import { openStages } from '../../lib/pipeline/stages';

const root = mkdtempSync(join(tmpdir(), 'stages-'));
const smoke = pipelinePresets.smoke(1);
const config = { ...smoke, sft: { ...smoke.sft, maxSteps: 2, batchSize: 2, maxLength: 32 } };
const folders = (): string[] => readdirSync(root).sort();

beforeAll(() => useEngine('wasm'));
afterAll(() => rmSync(root, { recursive: true }));

describe('openStages', () => {
  it('runs a step and those it reads from, once', async () => {
    const stages = openStages(config, root);
    await stages.run('world');
    const made = folders();
    expect(made).toHaveLength(1);
    expect(stages.path('world/evaluate.jsonl')).toBe(join(root, made[0] as string, 'evaluate.jsonl'));
    expect(existsSync(stages.path('world/model/model.safetensors'))).toBe(true);
    expect(readJson<{ complete: boolean }>(stages.path('world/manifest.json')).complete).toBe(true);
    const before = statSync(stages.path('world/manifest.json')).mtimeMs;
    await openStages(config, root).run('world');
    expect(statSync(stages.path('world/manifest.json')).mtimeMs).toBe(before);
  });

  it('shares early steps between configurations that differ later, and nothing after the difference', () => {
    const one = openStages(config, root);
    const other = openStages({ ...config, reward: { ...config.reward, learningRate: 0.5 } }, root);
    for (const file of ['world/model', 'sft/model', 'filter/pairs.jsonl', 'reward-plain'])
      expect(other.path(file) === one.path(file)).toBe(!file.startsWith('reward'));
    for (const file of ['reward-debiased/model', 'prompts/selection.json', 'ppo', 'evaluation'])
      expect(other.path(file)).not.toBe(one.path(file));
    expect(openStages({ ...config, seed: 2 }, root).path('world')).not.toBe(one.path('world'));
  });

  it('never takes for whole what was left half done, and clears it away', async () => {
    const stages = openStages(config, root);
    const folder = dirname(stages.path('sft/model'));
    mkdirSync(`${folder}.${process.pid}`);
    writeFileSync(join(`${folder}.${process.pid}`, 'config.json'), '{}');
    // No process has this number: it is above the highest that Linux gives.
    mkdirSync(`${folder}.${2 ** 22 + 1}`);
    const tensors = tf.memory().numTensors;
    await stages.run('sft');
    expect(tf.memory().numTensors).toBe(tensors);
    expect(existsSync(stages.path('sft/model/model.safetensors'))).toBe(true);
    expect(folders().filter((name) => name.startsWith('sft'))).toHaveLength(1);
  });

  it('leaves alone what another living process is at', async () => {
    const other = openStages({ ...config, sft: { ...config.sft, maxSteps: 1 } }, root);
    const busy = `${dirname(other.path('sft/model'))}.${process.ppid}`;
    mkdirSync(busy);
    await other.run('sft');
    expect(existsSync(busy)).toBe(true);
    expect(existsSync(other.path('sft/model'))).toBe(true);
  });

  it('names the near match of a step that does not exist, before anything runs', async () => {
    await expect(openStages(config, root).run('world', 'rewards-plain')).rejects.toThrow(
      /unknown stage 'rewards-plain'; did you mean 'reward-plain'\?/,
    );
    expect(() => openStages(config, root).path('nothing/model')).toThrow(/unknown stage 'nothing'/);
  });
});
