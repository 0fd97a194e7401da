/** Qwen 2 and 2.5: queries, keys and values have a bias; the upper layers may have a window. */
import type { ConfigFields } from '../config-fields';
import type { Variant } from '../variant';
import type { Family, Sizes } from './family';
import { queryKeyValue, readActivation, readRotary, readWindows } from './readings';

/** What fields that are left out are in Qwen 2 and 3. */
export const qwenDefaults = {
  sliding_window: 4096,
  max_window_layers: 28,
  num_key_value_heads: 32,
  max_position_embeddings: 32768,
};

/** What Qwen 2 and 3 have in common. */
export function readQwen(fields: ConfigFields, sizes: Sizes): Variant {
  const from = Number(fields.raw['max_window_layers']);
  return {
    ...readActivation(fields, 'hidden_act'),
    ...readRotary(fields, sizes),
    ...readWindows(fields, sizes, (layer) => layer >= from, fields.flag('use_sliding_window')),
  };
}

export const qwen2: Family = {
  type: 'qwen2',
  architectures: ['Qwen2ForCausalLM', 'Qwen2ForSequenceClassification'],
  defaults: qwenDefaults,
  variant: (fields, sizes) => ({ biases: queryKeyValue, ...readQwen(fields, sizes) }),
};
