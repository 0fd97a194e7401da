import { describe, expect, it } from 'vitest';
import type { Lora } from '../../../lib/model/lora/config';
import { parsePeftConfig, toPeftConfig } from '../../../lib/model/lora/peft-config';

/** What PEFT 0.21 writes, defaults and all. */
const written = {
  alora_invocation_tokens: null, alpha_pattern: {}, arrow_config: null, auto_mapping: null,
  base_model_name_or_path: 'runs/base', bias: 'none', corda_config: null, ensure_weight_tying: false, eva_config: null,
  exclude_modules: null, fan_in_fan_out: false, inference_mode: true, init_lora_weights: true, kasa_config: null,
  layer_replication: null, layers_pattern: null, layers_to_transform: null, loftq_config: {}, lora_alpha: 16,
  lora_bias: false, lora_dropout: 0.05, lora_ga_config: null, megatron_config: null, megatron_core: 'megatron.core',
  modules_to_save: ['classifier', 'score'], monteclora_config: null, peft_type: 'LORA', peft_version: '0.21.2',
  qalora_group_size: 16, r: 4, rank_pattern: {}, revision: null, target_modules: ['v_proj', 'q_proj'],
  target_parameters: null, task_type: 'SEQ_CLS', trainable_token_indices: null, use_bdlora: null, use_dora: false,
  use_qalora: false, use_rslora: true, velora_config: null,
}; // prettier-ignore
const parse = (change: object) => parsePeftConfig({ ...written, ...change }, 'a/adapter_config.json');

describe('parsePeftConfig', () => {
  it('reads what PEFT writes', () => {
    expect(parse({})).toEqual({
      rank: 4,
      alpha: 16,
      useRslora: true,
      dropout: 0.05,
      targets: ['v_proj', 'q_proj'],
      base: 'runs/base',
    });
  });

  it('reads what toPeftConfig writes', () => {
    const lora: Lora & { readonly base: string } = { rank: 8, alpha: 4, useRslora: false, dropout: 0, targets: ['q_proj'], base: 'b' }; // prettier-ignore
    expect(parsePeftConfig(toPeftConfig(lora, ['x.q_proj'], ['score']), 'c')).toEqual(lora);
  });

  it.each([
    [{ peft_type: 'IA3' }, `'peft_type' must be "LORA", got "IA3"`],
    [{ use_dora: true }, "'use_dora' is true; adapters with that are not supported"],
    [{ bias: 'lora_only' }, `'bias' is "lora_only"; adapters with that are not supported`],
    [{ rank_pattern: { q_proj: 8 } }, `'rank_pattern' is {"q_proj":8}; adapters`],
    [{ alpha_pattern: { q_proj: 8 } }, `'alpha_pattern' is {"q_proj":8}; adapters`],
    [{ modules_to_save: ['lm_head'] }, `'modules_to_save' is ["lm_head"]; adapters`],
    [{ init_lora_weights: 'pissa' }, `'init_lora_weights' is "pissa"; adapters`],
    [{ a_field_of_tomorrow: 3 }, "'a_field_of_tomorrow' is 3; adapters"],
    [{ r: 0 }, "'r' must be a positive integer, got 0"],
    [{ lora_alpha: 'x' }, `'lora_alpha' must be a number ≥ 0, got "x"`],
    [
      { base_model_name_or_path: null },
      "'base_model_name_or_path' must be the base model's directory, got null",
    ],
    [{ target_modules: 3 }, "'target_modules' must be a text or a list of names, got 3"],
  ])('refuses %j by name', (change, message) => {
    expect(() => parse(change)).toThrow(`a/adapter_config.json: ${message}`);
  });
});

describe('toPeftConfig', () => {
  it('names the layers of all-linear by their ends, the task and the heads', () => {
    const lora = { rank: 8, alpha: 16, useRslora: false, dropout: 0, targets: 'all-linear', base: 'b' };
    const layers = ['model.layers.0.self_attn.q_proj', 'model.layers.1.self_attn.q_proj', 'model.layers.1.mlp.up_proj']; // prettier-ignore
    expect(toPeftConfig(lora, layers, [])).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      r: 8,
      lora_alpha: 16,
      target_modules: ['q_proj', 'up_proj'],
      modules_to_save: null,
    });
    expect(toPeftConfig(lora, layers, ['score'])).toMatchObject({
      task_type: 'SEQ_CLS',
      modules_to_save: ['score'],
    });
  });
});
