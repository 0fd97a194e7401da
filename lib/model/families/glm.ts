/** GLM 4: neighbouring dimensions of half of each head turn together; gate and up are one tensor on disk. */
import type { ConfigFields } from '../config-fields';
import type { Variant } from '../variant';
import type { Family, Sizes } from './family';
import { queryKeyValue, readActivation, readRotary } from './readings';

const defaults = {
  head_dim: 128,
  num_key_value_heads: 2,
  max_position_embeddings: 131072,
  rms_norm_eps: 1.5625e-7,
  attention_bias: true,
  partial_rotary_factor: 0.5,
};
const modules = { 'mlp.gate_proj': 'mlp.gate_up_proj', 'mlp.up_proj': 'mlp.gate_up_proj' };
const variant = (fields: ConfigFields, sizes: Sizes): Variant => ({
  ...(fields.flag('attention_bias') ? { biases: queryKeyValue } : {}),
  ...readActivation(fields, 'hidden_act'),
  ...readRotary(fields, sizes, { partial: true, interleaved: true }),
});

export const glm: Family = {
  type: 'glm',
  architectures: ['GlmForCausalLM', 'GlmForSequenceClassification'],
  defaults,
  variant,
  modules,
};

/** GLM 4 of 2025: norms on both sides of attention and feed-forward. */
export const glm4: Family = {
  type: 'glm4',
  architectures: ['Glm4ForCausalLM', 'Glm4ForSequenceClassification'],
  defaults,
  variant: (fields, sizes) => ({ normPlace: 'both', ...variant(fields, sizes) }),
  modules: {
    ...modules,
    post_attention_layernorm: 'post_self_attn_layernorm',
    pre_feedforward_layernorm: 'post_attention_layernorm',
    post_feedforward_layernorm: 'post_mlp_layernorm',
  },
};
