import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { generate } from '../../../lib/model/generate';
import { addAdapter, beforeTraining, mergeAdapter, trainedParts } from '../../../lib/model/lora/adapter';
import { isOfAdapter, linearLayers } from '../../../lib/model/lora/names';
import { createRng } from '../../../lib/random';
import { largestDifference } from '../../parity/fixture';
import { engines } from '../../support/engines';
import { tinyConfig, tinyParams } from '../tiny';
import { learned, logitsOf } from './adapted';

const own = (names: readonly string[]) => names.filter(isOfAdapter);

describe.each(engines)('an adapter on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });
  const model = () => ({ params: tinyParams(), config: tinyConfig });

  it('changes nothing before it is trained: logits are those of the base, bit for bit', () => {
    const base = model();
    expect(logitsOf(addAdapter(base, { seed: 1, loraRank: 3 }))).toEqual(logitsOf(base));
  });

  it('gives merged what it gives beside the base, within rounding, and something else than the base', () => {
    for (const options of [
      { loraRank: 3 },
      { loraRank: 2, loraAlpha: 5, useRslora: true, loraTargets: 'q_proj,down_proj' },
    ]) {
      // prettier-ignore
      const base = model();
      const adapted = learned(base, options);
      const merged = mergeAdapter(adapted);
      expect(Object.keys(merged.params)).toEqual(Object.keys(base.params));
      expect(merged.config).toEqual(base.config);
      expect(largestDifference(logitsOf(merged), logitsOf(adapted))).toBeLessThan(2e-5);
      expect(largestDifference(logitsOf(adapted), logitsOf(base))).toBeGreaterThan(0.05);
    }
  });

  it('samples as the merged model does, and with log-probabilities that differ by rounding', async () => {
    const adapted = learned(model());
    const options = { maxNewTokens: 8, temperature: 1, stopTokenIds: [], rng: createRng(3) };
    const prompts = [[1, 2, 3], [4], [9, 8, 7, 6]];
    const [ours, merged] = await Promise.all(
      [adapted, mergeAdapter(adapted)].map(({ params, config }) => generate(params, config, prompts, options)), // prettier-ignore
    );
    expect(ours?.map(({ tokens }) => tokens)).toEqual(merged?.map(({ tokens }) => tokens));
    ours?.forEach(({ logprobs }, i) =>
      expect(largestDifference(logprobs, merged?.[i]?.logprobs ?? [])).toBeLessThan(1e-4),
    );
  });

  it('shares the tensors of its base: only A and B are new', () => {
    const base = model();
    const [numbers, bytes] = [tf.memory().numTensors, tf.memory().numBytes];
    const adapted = addAdapter(base, { seed: 1, loraRank: 1, loraTargets: 'q_proj' });
    expect(tf.memory().numTensors - numbers).toBe(2 * tinyConfig.numHiddenLayers);
    // A [1, 8] and B [16, 1] in two layers, float32.
    expect(tf.memory().numBytes - bytes).toBe(2 * (8 + 16) * 4);
    for (const [name, tensor] of Object.entries(base.params)) expect(adapted.params[name]).toBe(tensor);
  });
});

describe('addAdapter', () => {
  beforeAll(async () => {
    await useEngine('cpu');
  });
  const model = () => ({ params: tinyParams(), config: tinyConfig, directory: 'runs/base' });

  it('draws A uniformly within ±1/√in by the seed alone, and B is 0', () => {
    const draw = (seed: number) => addAdapter(model(), { seed, loraRank: 16 });
    const { params, config } = draw(1);
    expect(config.lora).toEqual({ rank: 16, alpha: 32, useRslora: false, dropout: 0, targets: 'all-linear', base: 'runs/base' }); // prettier-ignore
    expect(own(Object.keys(params))).toHaveLength(2 * linearLayers(params).length);
    const name = 'model.layers.1.mlp.down_proj.lora_A.weight';
    const values = params[name]?.dataSync() as Float32Array;
    expect(params[name]?.shape).toEqual([16, 12]);
    const bound = 1 / Math.sqrt(12);
    expect(Math.max(...values)).toBeLessThan(bound);
    expect(Math.max(...values)).toBeGreaterThan(0.9 * bound);
    expect(Math.min(...values)).toBeLessThan(-0.9 * bound);
    expect(draw(1).params[name]?.dataSync()).toEqual(values);
    expect(draw(2).params[name]?.dataSync()).not.toEqual(values);
    const other = params['model.layers.1.mlp.down_proj.lora_B.weight'];
    expect([other?.shape, other?.dataSync().every((value) => value === 0)]).toEqual([[8, 16], true]);
  });

  it('puts it on the layers whose names end with a target, and refuses a target that is no layer', () => {
    const on = (loraTargets: string) => own(Object.keys(addAdapter(model(), { seed: 1, loraRank: 2, loraTargets }).params)); // prettier-ignore
    expect(on('q_proj, layers.1.mlp.up_proj').map((name) => name.replace(/\.lora.*/, ''))).toEqual([
      'model.layers.0.self_attn.q_proj',
      'model.layers.0.self_attn.q_proj',
      'model.layers.1.self_attn.q_proj',
      'model.layers.1.self_attn.q_proj',
      'model.layers.1.mlp.up_proj',
      'model.layers.1.mlp.up_proj',
    ]);
    expect(() => on('q_proj,proj')).toThrow(
      "addAdapter: loraTargets: no layer is named 'proj' (known: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj)",
    );
    expect(() => on('lm_head')).toThrow("no layer is named 'lm_head'");
  });

  it('gives the model itself without a rank, and refuses other fields without one', () => {
    const base = model();
    expect(addAdapter(base, { seed: 1 })).toBe(base);
    expect(addAdapter(base, { seed: 1, loraRank: 0 })).toBe(base);
    expect(() => addAdapter(base, { seed: 1, loraAlpha: 8 }, 'sft')).toThrow(
      "sft: 'loraAlpha' is for a new adapter and needs loraRank, got none",
    );
  });

  it('refuses a second adapter', () => {
    const adapted = addAdapter(model(), { seed: 1, loraRank: 2 });
    expect(addAdapter(adapted, { seed: 1 })).toBe(adapted);
    expect(() => addAdapter(adapted, { seed: 1, loraRank: 2 })).toThrow(
      'addAdapter: the model has an adapter already; leave loraRank out to train that one further, or merge it first',
    );
  });
});

describe('what is trained', () => {
  it('is the adapter with the heads, or everything; a rank without an adapter is refused', () => {
    const { lora } = addAdapter({ params: tinyParams(), config: tinyConfig }, { seed: 1, loraRank: 2 }).config; // prettier-ignore
    const { isTrained } = trainedParts('ppo', { ...(lora && { lora }) }, {});
    const names = ['model.norm.weight', 'x.lora_A.weight', 'x.weight', 'score.weight', 'value.bias'];
    expect(names.filter((name) => isTrained?.(name))).toEqual(['x.lora_A.weight', 'score.weight', 'value.bias']); // prettier-ignore
    expect(trainedParts('ppo', {}, { loraRank: 0 })).toEqual({});
    expect(() => trainedParts('ppo', {}, { loraRank: 4 })).toThrow(
      'ppo: loraRank is 4, and the model has no adapter; give addAdapter(model, config)',
    );
  });

  it('begins as the base alone, of whose tensors none is copied; an adapter that has learnt stays', () => {
    const base = { params: tinyParams(), config: tinyConfig };
    const reference = beforeTraining(addAdapter(base, { seed: 1, loraRank: 2 }));
    expect(Object.keys(reference.params)).toEqual(Object.keys(base.params));
    for (const [name, tensor] of Object.entries(base.params)) expect(reference.params[name]).toBe(tensor);
    const trained = learned(base);
    expect(beforeTraining(trained)).toBe(trained);
  });
});
