/** GPT-2: LayerNorm, learned positions, biases everywhere, a feed-forward without a gate; matrices lie [in, out] on disk. */
import type { Family } from './family';
import { queryKeyValue, readActivation } from './readings';

export const gpt2: Family = {
  type: 'gpt2',
  architectures: ['GPT2LMHeadModel', 'GPT2ForSequenceClassification'],
  defaults: {
    n_positions: 1024,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: true,
  },
  fields: {
    hidden_size: 'n_embd',
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
    max_position_embeddings: 'n_positions',
    intermediate_size: 'n_inner',
    rms_norm_eps: 'layer_norm_epsilon',
    num_key_value_heads: null,
    head_dim: null,
    rope_theta: null,
  },
  derived: (raw) => ({ intermediate_size: raw['n_inner'] ?? 4 * Number(raw['n_embd']) }),
  variant: (fields) => {
    fields.only('scale_attn_weights', true);
    fields.only('scale_attn_by_inverse_layer_idx', false);
    fields.only('add_cross_attention', false);
    return {
      norm: 'layer',
      learnedPositions: true,
      plainFeedForward: true,
      biases: [...queryKeyValue, 'self_attn.o_proj', 'mlp.up_proj', 'mlp.down_proj'],
      ...readActivation(fields, 'activation_function'),
    };
  },
  modules: {
    'model.embed_tokens': 'transformer.wte',
    'model.embed_positions': 'transformer.wpe',
    'model.norm': 'transformer.ln_f',
    'model.layers': 'transformer.h',
    input_layernorm: 'ln_1',
    post_attention_layernorm: 'ln_2',
    'self_attn.q_proj': 'attn.c_attn',
    'self_attn.k_proj': 'attn.c_attn',
    'self_attn.v_proj': 'attn.c_attn',
    'self_attn.o_proj': 'attn.c_proj',
    'mlp.up_proj': 'mlp.c_fc',
    'mlp.down_proj': 'mlp.c_proj',
  },
  transposed: true,
};
