/** SmolLM 3: in some layers, usually every fourth, nothing turns; those may have a window. */
import type { ConfigFields } from '../config-fields';
import type { Family, Sizes } from './family';
import { readActivation, readBiases, readRotary, readWindows } from './readings';

export const smollm3: Family = {
  type: 'smollm3',
  architectures: ['SmolLM3ForCausalLM', 'SmolLM3ForSequenceClassification'],
  defaults: {
    rope_theta: 2e6,
    no_rope_layer_interval: 4,
    num_key_value_heads: 4,
    max_position_embeddings: 32768,
    tie_word_embeddings: true,
  },
  variant: (fields, sizes) => {
    const without = layersWithout(fields, sizes);
    const slides = (layer: number): boolean => without.includes(layer);
    return {
      ...readActivation(fields, 'hidden_act'),
      ...readBiases(fields),
      ...readRotary(fields, sizes, without.length === 0 ? {} : { without }),
      ...readWindows(fields, sizes, slides, fields.flag('use_sliding_window')),
    };
  },
};

/** `no_rope_layers` has a 1 for each layer that turns, and may be longer than the model. */
function layersWithout(fields: ConfigFields, { numHiddenLayers }: Sizes): number[] {
  const layers = Array.from({ length: numHiddenLayers }, (_, layer) => layer);
  const turns = fields.raw['no_rope_layers'] ?? undefined;
  if (turns === undefined) {
    const interval = fields.size('no_rope_layer_interval');
    return layers.filter((layer) => (layer + 1) % interval === 0);
  }
  if (!Array.isArray(turns) || turns.length < numHiddenLayers || !turns.every((turn) => turn === 0 || turn === 1))
    return fields.refuse('no_rope_layers', `0 or 1 for each of ${numHiddenLayers} layers`); // prettier-ignore
  return layers.filter((layer) => turns[layer] === 0);
}
