/** Qwen 2 and 2.5: queries, keys and values have a bias; the upper layers may have a window. */
import type { Family } from './family';
import { queryKeyValue, readActivation, readRotary, readWindows } from './readings';

export const qwen2: Family = {
  type: 'qwen2',
  architectures: ['Qwen2ForCausalLM', 'Qwen2ForSequenceClassification'],
  defaults: {
    sliding_window: 4096,
    max_window_layers: 28,
    num_key_value_heads: 32,
    max_position_embeddings: 32768,
  },
  variant: (fields, sizes) => {
    const { max_window_layers: from } = fields.raw;
    return {
      biases: queryKeyValue,
      ...readActivation(fields, 'hidden_act'),
      ...readRotary(fields, sizes),
      ...readWindows(fields, sizes, (layer) => layer >= Number(from), fields.flag('use_sliding_window')),
    };
  },
};
