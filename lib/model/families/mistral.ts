/** Mistral: Llama with one window for all layers. */
import type { Family } from './family';
import { readActivation, readRotary, readWindow } from './readings';

export const mistral: Family = {
  type: 'mistral',
  architectures: ['MistralForCausalLM', 'MistralForSequenceClassification'],
  defaults: { sliding_window: 4096, num_key_value_heads: 8, max_position_embeddings: 131072 },
  variant: (fields, sizes) => {
    fields.only('layer_types', null);
    return {
      ...readActivation(fields, 'hidden_act'),
      ...readRotary(fields, sizes),
      ...readWindow(fields, sizes),
    };
  },
};
