/** Values and gradients of losses over named parameters, with metrics carried along. */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';

/**
 * Loss, metrics and ∂loss/∂params. Metrics are any further scalars the loss computes on its way; no gradient flows from
 * them.
 *
 * @throws {InputError} naming the parameters that take no part in the loss: they could not be trained by it.
 */
export function valueAndGrad<
  P extends Record<string, tf.Tensor>,
  M extends Readonly<Record<string, tf.Scalar>>,
>(
  loss: (params: P) => { loss: tf.Scalar; metrics: M },
  params: P,
): { loss: tf.Scalar; metrics: M; grads: P } {
  const kept: Record<string, tf.Scalar> = {};
  try {
    const forward = (): tf.Scalar => {
      const result = loss(params);
      // The scope of the forward pass disposes what it does not return: metrics are kept through it.
      for (const [name, scalar] of Object.entries(result.metrics)) kept[name] = tf.keep(scalar.clone());
      return result.loss;
    };
    const tensors = Object.values(params);
    // The engine's own entry, because `tf.valueAndGrads` does not say which parameter has no gradient.
    const { value, grads } = tf.engine().gradients(forward, tensors, undefined, true);
    const unreached = Object.keys(params).filter((_, i) => (grads[i] ?? null) === null);
    if (unreached.length > 0) {
      tf.dispose([value, grads]);
      throw new InputError(`valueAndGrad: the loss does not depend on ${unreached.join(', ')}`);
    }
    return {
      loss: value as tf.Scalar,
      metrics: mapNames(kept, (_, scalar) => scalar.clone()) as unknown as M,
      grads: mapNames(params, (i) => grads[i] as tf.Tensor) as P,
    };
  } finally {
    tf.dispose(kept);
  }
}

function mapNames<T extends tf.Tensor>(
  tensors: Readonly<Record<string, T>>,
  f: (index: number, tensor: T) => tf.Tensor,
): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor], i) => [name, f(i, tensor)]));
}
