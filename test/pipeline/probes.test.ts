import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { loadModel } from '../../lib/model/directory';
import { askProbes } from '../../lib/pipeline/probes';
import { pipelinePresets } from '../../lib/pipeline/presets';
import { openStages } from '../../lib/pipeline/stages';
import { pipelineWorld } from '../../lib/pipeline/world';

const folder = mkdtempSync(join(tmpdir(), 'probes-'));
beforeAll(() => useEngine('wasm'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('askProbes', () => {
  it('has a share and an interval for every probe task, the same each time, and leaves no tensors', async () => {
    const config = pipelinePresets.smoke(1);
    const stages = openStages(config, folder);
    await stages.run('world');
    const model = loadModel(stages.path('world/model'));
    const prompts = pipelineWorld(config).prompts('probe', 12);
    const before = tf.memory().numTensors;
    const done: number[] = [];
    const results = await askProbes(config, model, prompts, (n) => done.push(n));
    expect(tf.memory().numTensors).toBe(before);
    expect(new Set(Object.keys(results))).toEqual(new Set(prompts.map(({ task }) => task)));
    // An untrained model passes none; Wilson's interval still has a width.
    for (const { passRate, passRateCi } of Object.values(results)) {
      expect(passRate).toBe(0);
      expect(passRateCi[1]).toBeGreaterThan(0.1);
    }
    expect(done.at(-1)).toBe(12);
    expect(await askProbes(config, model, prompts)).toEqual(results);
  });
});

describe('probeEvery', () => {
  it('decides a PPO step’s results, and is no part of any other step', () => {
    const config = pipelinePresets.smoke(1);
    const [plain, probed] = [openStages(config, folder), openStages({ ...config, probeEvery: 2 }, folder)];
    expect(probed.path('ppo')).not.toBe(plain.path('ppo'));
    expect(probed.path('dpo')).toBe(plain.path('dpo'));
  });
});
