/** Qwen 3: the head of each query and key is normed before it turns; the upper layers may have a window. */
import type { Family } from './family';
import { qwenDefaults, readQwen } from './qwen2';
import { readBiases } from './readings';

export const qwen3: Family = {
  type: 'qwen3',
  architectures: ['Qwen3ForCausalLM', 'Qwen3ForSequenceClassification'],
  defaults: { head_dim: 128, ...qwenDefaults },
  variant: (fields, sizes) => ({
    queryKeyNorm: 'head',
    ...readBiases(fields),
    ...readQwen(fields, sizes),
  }),
};
