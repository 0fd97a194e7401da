/** Phi 3 and 4: queries, keys and values are one tensor on disk, gate and up another; a part of each head turns. */
import type { Family } from './family';
import { readActivation, readRotary, readWindow } from './readings';

export const phi3: Family = {
  type: 'phi3',
  architectures: ['Phi3ForCausalLM', 'Phi3ForSequenceClassification'],
  defaults: { rms_norm_eps: 1e-5, max_position_embeddings: 4096 },
  variant: (fields, sizes) => {
    const { rotary } = readRotary(fields, sizes, { partial: true });
    // transformers takes every other type here for longrope, which is not computed.
    if (rotary?.scaling !== undefined)
      fields.refuse('rope_parameters.rope_type', 'default in this family', rotary.scaling.type);
    return {
      ...readActivation(fields, 'hidden_act'),
      ...(rotary === undefined ? {} : { rotary }),
      ...readWindow(fields, sizes),
    };
  },
  modules: {
    'self_attn.q_proj': 'self_attn.qkv_proj',
    'self_attn.k_proj': 'self_attn.qkv_proj',
    'self_attn.v_proj': 'self_attn.qkv_proj',
    'mlp.gate_proj': 'mlp.gate_up_proj',
    'mlp.up_proj': 'mlp.gate_up_proj',
  },
};
