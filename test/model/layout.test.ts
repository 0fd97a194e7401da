import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { parseModelConfig } from '../../lib/model/config';
import { splitStored, storedForm, storedName, storedTensors } from '../../lib/model/layout';
import { initParams, type Params } from '../../lib/model/params';
import { createRng } from '../../lib/random';
import { hubConfigs } from './families/hub-configs';

beforeAll(() => useEngine('cpu'));

const small = { vocab_size: 5, padded_vocab_size: 5, hidden_size: 4, n_embd: 4, num_attention_heads: 2, n_head: 2,
  num_hidden_layers: 1, num_layers: 1, n_layer: 1, intermediate_size: 3, ffn_hidden_size: 3, n_inner: 3, head_dim: 4,
  kv_channels: 4, num_key_value_heads: 1, multi_query_group_num: 1, eos_token_id: null, n_positions: 6 }; // prettier-ignore
const configOf = (name: string, change: object = {}) =>
  parseModelConfig({ ...hubConfigs[name], ...small, ...change });
const namesOf = (name: string): string[] => [...storedTensors(configOf(name)).keys()];

describe('storedTensors', () => {
  it('are a Llama’s parameters themselves', () => {
    for (const [name, { parts, shape }] of storedTensors(configOf('Llama-3.1-8B')))
      expect(parts).toEqual([{ name, shape }]);
  });

  it('have the family’s names, and one tensor where it joins several', () => {
    expect(namesOf('gpt2')).toEqual([
      'transformer.wte.weight',
      'transformer.wpe.weight',
      ...['ln_1', 'attn.c_attn', 'attn.c_proj', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'].flatMap((module) => [
        `transformer.h.0.${module}.weight`,
        `transformer.h.0.${module}.bias`,
      ]),
      'transformer.ln_f.weight',
      'transformer.ln_f.bias',
    ]);
    expect(namesOf('Phi-3-mini-4k').slice(1, 7)).toEqual(
      [
        'input_layernorm',
        'self_attn.qkv_proj',
        'self_attn.o_proj',
        'post_attention_layernorm',
        'mlp.gate_up_proj',
        'mlp.down_proj',
      ].map((module) => `model.layers.0.${module}.weight`),
    );
    expect(namesOf('chatglm3-6b').at(-1)).toBe('transformer.output_layer.weight');
    const glm4 = storedTensors(configOf('GLM-4-9B-0414'));
    expect(glm4.get('model.layers.0.post_attention_layernorm.weight')?.parts[0]?.name).toBe(
      'model.layers.0.pre_feedforward_layernorm.weight',
    );
  });
});

describe('splitStored', () => {
  it('takes rows apart, one parameter below the other', () => {
    const joined = storedTensors(configOf('Phi-3-mini-4k')).get('model.layers.0.mlp.gate_up_proj.weight');
    const values = Float32Array.from({ length: 24 }, (_, i) => i);
    const [gate, up] = splitStored(joined as NonNullable<typeof joined>, values);
    expect([gate, up]).toEqual([values.slice(0, 12), values.slice(12)]);
  });

  it('turns matrices that lie [in, out] on disk', () => {
    const turned = storedTensors(configOf('gpt2')).get('transformer.h.0.mlp.c_fc.weight');
    expect(turned?.shape).toEqual([4, 3]);
    const values = Float32Array.from({ length: 12 }, (_, i) => i);
    expect(splitStored(turned as NonNullable<typeof turned>, values)).toEqual([
      Float32Array.from([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]),
    ]);
  });

  it('takes the heads of ChatGLM without groups in turn', () => {
    const config = configOf('chatglm3-6b', { multi_query_attention: false, kv_channels: 4 });
    const bias = storedTensors(config).get(
      'transformer.encoder.layers.0.self_attention.query_key_value.bias',
    );
    // Query, key and value of the first head, then of the second; four rows each.
    const values = Float32Array.from({ length: 24 }, (_, i) => Math.floor(i / 4));
    const rows = splitStored(bias as NonNullable<typeof bias>, values).map((part) => [part[0], part[4]]);
    expect(rows).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });
});

describe('storedForm', () => {
  it.each(Object.keys(hubConfigs))('of %s is split into the parameters again', (name) => {
    const config = configOf(name);
    const params: Params = { ...initParams(config, createRng(1)), 'value.bias': tf.zeros([1]) };
    const form = storedForm(config, params);
    expect(form['value.bias']).toBe(params['value.bias']);
    const seen: string[] = ['value.bias'];
    for (const stored of storedTensors(config).values()) {
      const parts = splitStored(stored, form[stored.name]?.dataSync() as Float32Array);
      stored.parts.forEach((part, i) => {
        expect(parts[i], part.name).toEqual(params[part.name]?.dataSync());
        seen.push(part.name);
      });
    }
    expect(seen.sort()).toEqual(Object.keys(params).sort());
  });
});

describe('storedName', () => {
  const config = configOf('gpt2');
  const stored = storedTensors(config);

  it('knows the names of the bare model too', () => {
    expect(storedName(stored, config, 'h.0.ln_1.bias')).toBe('transformer.h.0.ln_1.bias');
    expect(storedName(stored, config, 'transformer.wte.weight')).toBe('transformer.wte.weight');
  });

  it('passes over constants and value heads, and leaves every other name', () => {
    for (const name of ['h.0.attn.bias', 'transformer.h.0.attn.masked_bias', 'v_head.summary.weight'])
      expect(storedName(stored, config, name)).toBeUndefined();
    expect(storedName(stored, config, 'transformer.h.7.ln_1.bias')).toBe('transformer.h.7.ln_1.bias');
  });
});
