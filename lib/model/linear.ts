/** The one place where a layer's matrix meets its input. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from './config';
import { adapterProduct } from './lora/product';
import { parameter, type Params } from './params';
import { product } from './product';

/**
 * x·Wᵀ + b, with the bias where the model has one, and what the layer's adapter adds where it has one.
 *
 * @param name of the projection without `.weight`, e.g. `model.layers.0.self_attn.q_proj`.
 * @param x [N, in]
 * @returns [N, out]
 */
export function linear(
  params: Params,
  name: string,
  x: tf.Tensor2D,
  config: Pick<ModelConfig, 'bf16' | 'lora'>,
): tf.Tensor2D {
  const y = product(x, parameter(params, `${name}.weight`) as tf.Tensor2D, true, config);
  const bias = params[`${name}.bias`];
  const own = bias === undefined ? y : tf.add<tf.Tensor2D>(y, bias);
  const added = adapterProduct(params, name, x, config);
  return added === undefined ? own : tf.add(own, added);
}
