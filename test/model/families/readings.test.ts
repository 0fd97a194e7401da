import { describe, expect, it } from 'vitest';
import { parseModelConfig } from '../../../lib/model/config';
import { hubConfigs } from './hub-configs';

const read = (name: string, change: object = {}) =>
  parseModelConfig({ ...hubConfigs[name], ...change }).variant ?? {};
const reading = (name: string, change: object) => () => read(name, change);

describe('windows', () => {
  it('are those of all layers, of the upper ones, or of those that layer_types names', () => {
    expect(read('Mistral-7B-v0.1').windows).toEqual(Array(32).fill(4096));
    expect(read('Mistral-7B-v0.1', { sliding_window: null }).windows).toBeUndefined();
    const upper = { use_sliding_window: true, sliding_window: 8, max_window_layers: 22 };
    expect(read('Qwen2.5-0.5B', upper).windows).toEqual([...Array(22).fill(null), 8, 8]);
    const named = { num_hidden_layers: 2, layer_types: ['sliding_attention', 'full_attention'] };
    expect(read('gemma-3-1b-it', named).windows).toEqual([512, null]);
    expect(read('gemma-3-1b-it').windows?.slice(0, 7)).toEqual([512, 512, 512, 512, 512, null, 512]);
  });

  it('are what transformers takes where the field is left out', () => {
    const { sliding_window, ...rest } = hubConfigs['Mistral-7B-v0.1'] as Record<string, unknown>;
    expect(sliding_window).toBe(4096);
    expect(parseModelConfig(rest).variant?.windows?.[0]).toBe(4096);
  });

  it('are refused where the fields contradict each other', () => {
    expect(reading('gemma-3-1b-it', { layer_types: ['full_attention'] })).toThrow(
      /'layer_types' must be one of full_attention, sliding_attention for each of 26 layers/,
    );
    const sliding = { num_hidden_layers: 1, layer_types: ['sliding_attention'] };
    expect(reading('Qwen3-0.6B', sliding)).toThrow(/'sliding_window' must be a positive integer/);
    expect(reading('Mistral-7B-v0.1', { sliding_window: 0 })).toThrow(/'sliding_window' must be a positive/);
    expect(reading('Mistral-7B-v0.1', { layer_types: ['full_attention'] })).toThrow(
      /'layer_types' must be null/,
    );
  });
});

describe('biases', () => {
  it('are those of queries, keys and values, or those that two flags ask for', () => {
    const three = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'];
    expect(read('Qwen2.5-0.5B').biases).toEqual(three);
    expect(read('glm-4-9b-chat-hf').biases).toEqual(three);
    expect(read('GLM-4-9B-0414').biases).toBeUndefined();
    expect(read('Llama-3.1-8B', { attention_bias: true }).biases).toEqual([...three, 'self_attn.o_proj']);
    expect(read('Llama-3.1-8B', { mlp_bias: true }).biases).toHaveLength(3);
  });
});

describe('rotary embeddings', () => {
  it('turn a part of each head, or leave layers out', () => {
    expect(read('GLM-4-9B-0414').rotary).toEqual({ interleaved: true, dims: 64 });
    expect(read('chatglm3-6b').rotary).toEqual({ interleaved: true, dims: 64 });
    expect(read('Phi-3-mini-4k', { partial_rotary_factor: 0.75 }).rotary).toEqual({ dims: 72 });
    expect(read('SmolLM3-3B').rotary?.without).toEqual([3, 7, 11, 15, 19, 23, 27, 31, 35]);
    expect(read('SmolLM3-3B', { num_hidden_layers: 2, no_rope_layers: [0, 1, 1] }).rotary?.without).toEqual([
      0,
    ]);
  });

  it('have a base of their own in Gemma’s layers with a window', () => {
    expect(parseModelConfig(hubConfigs['gemma-3-1b-it']).ropeTheta).toBe(1e6);
    expect(read('gemma-3-1b-it').rotary).toEqual({ windowed: { theta: 1e4 } });
    const scaled = read('gemma-3-1b-it', { rope_scaling: { rope_type: 'linear', factor: 8 } });
    expect(scaled.rotary?.scaling).toEqual({ type: 'linear', factor: 8 });
  });

  it('are refused where they are not computed or do not fit', () => {
    const longrope = { rope_scaling: { type: 'longrope', short_factor: [1], long_factor: [2] } };
    expect(reading('Phi-3-mini-4k', longrope)).toThrow(
      /'rope_parameters.rope_type' must be one of default, linear, dynamic, llama3, yarn, got "longrope"/,
    );
    const yarn = { rope_scaling: { type: 'yarn', factor: 4 } };
    expect(reading('Phi-3-mini-4k', yarn)).toThrow(
      /'rope_parameters.rope_type' must be default in this family/,
    );
    expect(reading('Phi-3-mini-4k', { partial_rotary_factor: 0.01 })).toThrow(/even number of 96 dimensions/);
    expect(reading('GLM-4-9B-0414', { partial_rotary_factor: 2 })).toThrow(/must be a number in \(0, 1\]/);
    expect(reading('SmolLM3-3B', { no_rope_layers: [1, 0] })).toThrow(/0 or 1 for each of 36 layers/);
    expect(reading('chatglm3-6b', { kv_channels: 6 })).toThrow(/'kv_channels' must be a multiple of 4/);
    expect(reading('chatglm3-6b', { rope_ratio: 'long' })).toThrow(/'rope_ratio' must be a positive number/);
  });
});

describe('what is not computed', () => {
  it.each([
    ['gemma-3-1b-it', { final_logit_softcapping: 30 }, /'final_logit_softcapping' must be null, got 30/],
    ['gemma-3-1b-it', { use_bidirectional_attention: true }, /'use_bidirectional_attention' must be false/],
    ['gpt2', { scale_attn_by_inverse_layer_idx: true }, /'scale_attn_by_inverse_layer_idx' must be false/],
    ['gpt2', { add_cross_attention: true }, /'add_cross_attention' must be false/],
    ['gpt2', { activation_function: 'gelu' }, /'activation_function' must be one of silu/],
    ['chatglm3-6b', { rmsnorm: false }, /'rmsnorm' must be true/],
    ['chatglm3-6b', { quantization_bit: 4 }, /'quantization_bit' must be 0/],
    ['chatglm3-6b', { pre_seq_len: 128 }, /'pre_seq_len' must be null/],
  ])('%s with %o is refused', (name, change, message) => {
    expect(reading(name, change)).toThrow(message);
  });
});
