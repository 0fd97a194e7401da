/** `jit`: the one door through which every step runs, so that an engine that compiles can come in behind it. */
import * as tf from '@tensorflow/tfjs';
import { disposeTree, flatten } from '../tensor/pytree';

export interface JitOptions {
  /** Positions of arguments whose tensors the call uses up: the caller must not touch them again. */
  readonly donate?: readonly number[];
}

/**
 * Makes a step of a pure function over trees of tensors. The function must read no value, take no decision on one, and draw
 * no random number: then any engine may trace it once and run it compiled.
 *
 * Engines that run operation by operation run it under `tf.tidy` and dispose the donated arguments afterwards.
 *
 * @returns a function of the same signature; the caller owns the tensors of its result.
 */
export function jit<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  { donate = [] }: JitOptions = {},
): (...args: A) => R {
  return (...args) => {
    const result = tf.tidy(() => fn(...args) as tf.TensorContainer) as R;
    const returned = new Set(flatten(result).map((tensor) => tensor.id));
    for (const index of donate) {
      disposeTree(flatten(args[index]).filter((tensor) => !returned.has(tensor.id)));
    }
    return result;
  };
}
