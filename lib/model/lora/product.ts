/** What an adapter adds to a layer. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config';
import type { Params } from '../params';
import { product } from '../product';
import { loraScale } from './config';
import { dropOut } from './dropout';
import { loraA, loraB } from './names';

/**
 * s·(x·Aᵀ)·Bᵀ with s = α/r; undefined of a layer without an adapter.
 *
 * @param layer e.g. `model.layers.0.self_attn.q_proj`. @param x [N, in]
 * @returns [N, out]
 * @see Hu et al. 2021 (arXiv:2106.09685), eq. 3; Kalajdzievski 2023 (arXiv:2312.03732) for α/√r.
 */
export function adapterProduct(
  params: Params,
  layer: string,
  x: tf.Tensor2D,
  config: Pick<ModelConfig, 'bf16' | 'lora'>,
): tf.Tensor2D | undefined {
  const [a, b] = [params[loraA(layer)], params[loraB(layer)]] as (tf.Tensor2D | undefined)[];
  if (a === undefined || b === undefined) return undefined;
  const { lora } = config;
  if (lora === undefined) throw new Error(`${layer} has an adapter, and the model's configuration none`);
  const read = dropOut(params, layer, x, lora.dropout);
  const low = tf.mul<tf.Tensor2D>(product(read, a, true, config), loraScale(lora)); // [N, r]
  return product(low, b, true, config);
}
