/** OLMo 2: what attention and feed-forward give is normed, not what they read; queries and keys are normed as whole vectors. */
import type { Family } from './family';
import { readActivation, readBiases, readRotary } from './readings';

export const olmo2: Family = {
  type: 'olmo2',
  architectures: ['Olmo2ForCausalLM', 'Olmo2ForSequenceClassification'],
  defaults: { rms_norm_eps: 1e-5 },
  variant: (fields, sizes) => ({
    normPlace: 'after',
    queryKeyNorm: 'projection',
    ...readActivation(fields, 'hidden_act'),
    ...readBiases(fields),
    ...readRotary(fields, sizes),
  }),
};
