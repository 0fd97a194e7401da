/** Values and gradients of losses over named parameters, with metrics carried along. */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import { flatten, mapTree } from './pytree';

/**
 * Loss, metrics and ∂loss/∂params. Metrics are a tree of any further scalars the loss computes on its way; no gradient flows from
 * them.
 *
 * @throws {InputError} naming the parameters that take no part in the loss: they could not be trained by it.
 */
export function valueAndGrad<P extends Record<string, tf.Tensor>, M>(
  loss: (params: P) => { loss: tf.Scalar; metrics: M },
  params: P,
): { loss: tf.Scalar; metrics: M; grads: P } {
  let kept: unknown;
  try {
    const forward = (): tf.Scalar => {
      const result = loss(params);
      // The scope of the forward pass disposes what it does not return: metrics are kept through it.
      kept = mapTree(result.metrics, (scalar) => tf.keep(scalar.clone()));
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
      metrics: mapTree(kept, (scalar) => scalar.clone()) as M,
      grads: Object.fromEntries(Object.keys(params).map((name, i) => [name, grads[i]])) as P,
    };
  } finally {
    tf.dispose(flatten(kept));
  }
}
