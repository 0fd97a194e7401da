/** Llama 2, 3 and later, and what is built like it. Every other family is described by what it does otherwise. */
import type { Family } from './family';
import { readActivation, readBiases, readRotary } from './readings';

export const llama: Family = {
  type: 'llama',
  architectures: ['LlamaForCausalLM', 'LlamaForSequenceClassification'],
  variant: (fields, sizes) => {
    // transformers' Llama does not look at it: whether the model has windows cannot be told.
    fields.only('sliding_window', null);
    return { ...readActivation(fields, 'hidden_act'), ...readBiases(fields), ...readRotary(fields, sizes) };
  },
};
