/** Qwen 3: the head of each query and key is normed before it turns; the upper layers may have a window. */
import type { Family } from './family';
import { readActivation, readBiases, readRotary, readWindows } from './readings';

export const qwen3: Family = {
  type: 'qwen3',
  architectures: ['Qwen3ForCausalLM', 'Qwen3ForSequenceClassification'],
  defaults: {
    head_dim: 128,
    sliding_window: 4096,
    max_window_layers: 28,
    num_key_value_heads: 32,
    max_position_embeddings: 32768,
  },
  variant: (fields, sizes) => {
    const { max_window_layers: from } = fields.raw;
    return {
      queryKeyNorm: 'head',
      ...readActivation(fields, 'hidden_act'),
      ...readBiases(fields),
      ...readRotary(fields, sizes),
      ...readWindows(fields, sizes, (layer) => layer >= Number(from), fields.flag('use_sliding_window')),
    };
  },
};
