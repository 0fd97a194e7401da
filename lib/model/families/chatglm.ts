/** ChatGLM 2 and 3, and GLM 4 in its first layout: GLM's arithmetic under names of its own. transformers runs them with remote code. */
import type { Family } from './family';
import { queryKeyValue } from './readings';

const rowsOf = (raw: Readonly<Record<string, unknown>>): unknown =>
  raw['multi_query_attention'] === true ? raw['multi_query_group_num'] : raw['num_attention_heads'];

export const chatglm: Family = {
  type: 'chatglm',
  architectures: ['ChatGLMForConditionalGeneration', 'ChatGLMForSequenceClassification'],
  defaults: { seq_length: 2048, layernorm_epsilon: 1e-5 },
  fields: {
    vocab_size: 'padded_vocab_size',
    num_hidden_layers: 'num_layers',
    intermediate_size: 'ffn_hidden_size',
    head_dim: 'kv_channels',
    num_key_value_heads: 'multi_query_group_num',
    max_position_embeddings: 'seq_length',
    rms_norm_eps: 'layernorm_epsilon',
    rope_theta: null,
  },
  derived: (raw) => ({
    num_key_value_heads: rowsOf(raw),
    rope_theta: 10000 * Number(raw['rope_ratio'] ?? 1),
  }),
  variant: (fields, { headDim }) => {
    for (const flag of ['rmsnorm', 'post_layer_norm', 'original_rope']) fields.only(flag, true);
    for (const flag of ['add_bias_linear', 'apply_residual_connection_post_layernorm'])
      fields.only(flag, false);
    fields.only('pre_seq_len', null);
    fields.only('quantization_bit', 0);
    if (headDim % 4 !== 0)
      fields.refuse('kv_channels', 'a multiple of 4 (half of it turns in pairs)', headDim);
    return {
      ...(fields.flag('add_qkv_bias') ? { biases: queryKeyValue } : {}),
      rotary: { dims: headDim / 2, interleaved: true },
    };
  },
  modules: {
    'model.embed_tokens': 'transformer.embedding.word_embeddings',
    'model.norm': 'transformer.encoder.final_layernorm',
    'model.layers': 'transformer.encoder.layers',
    lm_head: 'transformer.output_layer',
    'self_attn.q_proj': 'self_attention.query_key_value',
    'self_attn.k_proj': 'self_attention.query_key_value',
    'self_attn.v_proj': 'self_attention.query_key_value',
    'self_attn.o_proj': 'self_attention.dense',
    'mlp.gate_proj': 'mlp.dense_h_to_4h',
    'mlp.up_proj': 'mlp.dense_h_to_4h',
    'mlp.down_proj': 'mlp.dense_4h_to_h',
  },
  // Without groups, the rows of a head's query, key and value lie together.
  byHead: (raw) => raw['multi_query_attention'] !== true,
};
