/**
 * Gemma 3, text only: norms multiply by 1 + w and stand on both sides of attention and feed-forward, heads of queries and keys are
 * normed, the embedding is scaled, and most layers have a window and a rotary base of their own.
 */
import type { ConfigFields } from '../config-fields';
import { readRope, ropeParameters } from '../rope';
import type { Rotary } from '../variant';
import type { Family } from './family';
import { readActivation, readBiases, readWindows } from './readings';

export const gemma3: Family = {
  type: 'gemma3_text',
  architectures: ['Gemma3ForCausalLM', 'Gemma3TextForSequenceClassification'],
  defaults: {
    hidden_activation: 'gelu_pytorch_tanh',
    head_dim: 256,
    num_key_value_heads: 4,
    max_position_embeddings: 131072,
    rope_theta: 1e6,
    rope_local_base_freq: 1e4,
    query_pre_attn_scalar: 256,
    sliding_window: 4096,
    sliding_window_pattern: 6,
    tie_word_embeddings: true,
  },
  variant: (fields, sizes) => {
    fields.only('use_bidirectional_attention', false);
    fields.only('final_logit_softcapping', null);
    fields.only('attn_logit_softcapping', null);
    const pattern = fields.size('sliding_window_pattern');
    const scale = fields.number('query_pre_attn_scalar') ** -0.5;
    return {
      norm: 'onePlus',
      normPlace: 'both',
      queryKeyNorm: 'head',
      embeddingScale: Math.sqrt(sizes.hiddenSize),
      ...(scale === sizes.headDim ** -0.5 ? {} : { attentionScale: scale }),
      ...readActivation(fields, 'hidden_activation'),
      ...readBiases(fields),
      ...readWindows(fields, sizes, (layer) => (layer + 1) % pattern !== 0),
      rotary: readRotaries(fields),
    };
  },
};

/** Newer files have parameters for each kind of layer; in older ones only layers without a window are scaled. */
function readRotaries(fields: ConfigFields): Rotary {
  const kinds = (fields.raw['rope_parameters'] ?? {}) as Readonly<Record<string, object | undefined>>;
  const full = readRope(fields, ropeParameters(fields.raw));
  const windowed = readRope(fields, { ...kinds['sliding_attention'] }, 'rope_local_base_freq');
  if (full.share !== 1 || windowed.share !== 1) fields.refuse('partial_rotary_factor', '1 in this family');
  return {
    ...(full.scaling === undefined ? {} : { scaling: full.scaling }),
    windowed: {
      theta: windowed.theta,
      ...(windowed.scaling === undefined ? {} : { scaling: windowed.scaling }),
    },
  };
}
