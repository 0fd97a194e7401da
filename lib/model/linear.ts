/** The one place where a layer's matrix meets its input. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from './config';
import { parameter, type Params } from './params';
import { product } from './product';

/**
 * x·Wᵀ + b, with the bias where the model has one.
 *
 * @param name of the projection without `.weight`, e.g. `model.layers.0.self_attn.q_proj`.
 * @param x [N, in]
 * @returns [N, out]
 */
export function linear(
  params: Params,
  name: string,
  x: tf.Tensor2D,
  precision: Pick<ModelConfig, 'bf16'>,
): tf.Tensor2D {
  const y = product(x, parameter(params, `${name}.weight`) as tf.Tensor2D, true, precision);
  const bias = params[`${name}.bias`];
  return bias === undefined ? y : tf.add(y, bias);
}
