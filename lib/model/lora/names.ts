/** Names of an adapter's parameters, beside those of the layers that they belong to. */
import { isOfHead, type Params } from '../params';

const matrices = /\.lora_[AB]\.weight$/;

/** A, [r, in], of a layer named as `model.layers.0.self_attn.q_proj`. */
export const loraA = (layer: string): string => `${layer}.lora_A.weight`;
/** B, [out, r]. */
export const loraB = (layer: string): string => `${layer}.lora_B.weight`;

/** Whether a parameter is an adapter's. */
export function isOfAdapter(name: string): boolean {
  return matrices.test(name);
}

/** Whether a parameter is trained where there is an adapter: the adapter's own and the heads', which a base lacks. */
export function isTrainedWithAdapter(name: string): boolean {
  return isOfAdapter(name) || isOfHead(name);
}

/** The layer that a parameter of an adapter belongs to. */
export function layerOf(name: string): string {
  return name.replace(matrices, '');
}

/** Layers that have an adapter, in the parameters' order. */
export function adaptedLayers(params: Params): string[] {
  return Object.keys(params).filter((name) => name.endsWith('.lora_A.weight')).map(layerOf); // prettier-ignore
}

/** Layers that can have one: every matrix within the transformer's layers. */
export function linearLayers(params: Params): string[] {
  return Object.entries(params).flatMap(([name, { rank }]) =>
    rank === 2 && name.startsWith('model.layers.') && name.endsWith('.weight') && !isOfAdapter(name)
      ? [name.slice(0, -'.weight'.length)]
      : [],
  );
}
