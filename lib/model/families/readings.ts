/** Readings of config.json that several families share. */
import type { ConfigFields } from '../config-fields';
import { readRope, ropeParameters } from '../rope';
import type { Rotary, Variant } from '../variant';
import type { Sizes } from './family';

const activations: Readonly<Record<string, Variant['activation'] | 'silu'>> = {
  silu: 'silu',
  swish: 'silu',
  gelu_new: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
};

/** @param field such as `hidden_act`; absent: SiLU. */
export function readActivation({ raw, refuse }: ConfigFields, field: string): Pick<Variant, 'activation'> {
  const known = activations[String(raw[field] ?? 'silu')];
  if (known === undefined) return refuse(field, `one of ${Object.keys(activations).join(', ')}`);
  return known === 'silu' ? {} : { activation: known };
}

export const queryKeyValue = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'];
export const feedForward = ['mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj'];

/** Biases by the two flags of Llama's config.json. */
export function readBiases(fields: ConfigFields): Pick<Variant, 'biases'> {
  const biases = [
    ...(fields.flag('attention_bias') ? [...queryKeyValue, 'self_attn.o_proj'] : []),
    ...(fields.flag('mlp_bias') ? feedForward : []),
  ];
  return biases.length === 0 ? {} : { biases };
}

/** Rotary embeddings of a model in which all layers turn alike. */
export function readRotary(
  fields: ConfigFields,
  { headDim }: Sizes,
  more: Rotary & { readonly partial?: true } = {},
): Pick<Variant, 'rotary'> {
  const { partial, ...given } = more;
  const { share, scaling } = readRope(fields, ropeParameters(fields.raw));
  const dims = Math.floor(headDim * share);
  if (partial !== true && share !== 1) fields.refuse('partial_rotary_factor', '1 in this family', share);
  if (dims % 2 !== 0 || dims === 0)
    fields.refuse('partial_rotary_factor', `such that an even number of ${headDim} dimensions turns`, share);
  const rotary: Rotary = {
    ...given,
    ...(dims === headDim ? {} : { dims }),
    ...(scaling === undefined ? {} : { scaling }),
  };
  return Object.keys(rotary).length === 0 ? {} : { rotary };
}

/** One window for every layer, where `sliding_window` is a number. */
export function readWindow(fields: ConfigFields, { numHiddenLayers }: Sizes): Pick<Variant, 'windows'> {
  if (fields.raw['sliding_window'] == null) return {};
  return { windows: Array<number>(numHiddenLayers).fill(fields.size('sliding_window')) };
}

/**
 * Windows by layer: those that `layer_types` names, or else those that `slides` tells by number.
 *
 * @param enabled whether `sliding_window` counts at all.
 */
export function readWindows(
  fields: ConfigFields,
  { numHiddenLayers }: Sizes,
  slides: (layer: number) => boolean,
  enabled = true,
): Pick<Variant, 'windows'> {
  const types = fields.raw['layer_types'] ?? undefined;
  const kinds = ['full_attention', 'sliding_attention'];
  if (types !== undefined) {
    if (!Array.isArray(types) || types.length !== numHiddenLayers || !types.every((type) => kinds.includes(type as string)))
      return fields.refuse('layer_types', `one of ${kinds.join(', ')} for each of ${numHiddenLayers} layers`);
  } // prettier-ignore
  const hasWindow = enabled && fields.raw['sliding_window'] != null;
  const sliding = Array.from({ length: numHiddenLayers }, (_, layer) =>
    types === undefined ? hasWindow && slides(layer) : (types as string[])[layer] === 'sliding_attention',
  );
  if (!sliding.includes(true)) return {};
  if (!hasWindow) return fields.refuse('sliding_window', 'a positive integer, for layer_types names windows');
  const window = fields.size('sliding_window');
  return { windows: sliding.map((slid) => (slid ? window : null)) };
}
