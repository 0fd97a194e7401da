/** `jit`: the one door through which every step runs, so that an engine that compiles can come in behind it. */
import * as tf from '@tensorflow/tfjs';
import { disposeTree, flatten } from '../tensor/pytree';

export interface JitOptions {
  /** Positions of arguments whose tensors the call uses up: the caller must not touch them again. */
  readonly donate?: readonly number[];
}

/** How an engine makes a step of a pure function over trees of tensors. */
export type Jit = <A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options?: JitOptions,
) => (...args: A) => R;

/**
 * The way of engines that run operation by operation: the function under `tf.tidy`, then the donated arguments are disposed,
 * except tensors that stand in the result too.
 */
export const runEagerly: Jit =
  (fn, { donate = [] } = {}) =>
  (...args) => {
    const result = tf.tidy(() => fn(...args) as tf.TensorContainer) as ReturnType<typeof fn>;
    const returned = new Set(flatten(result).map((tensor) => tensor.id));
    for (const index of donate) {
      disposeTree(flatten(args[index]).filter((tensor) => !returned.has(tensor.id)));
    }
    return result;
  };

let current: Jit = runEagerly;
let compiles = false;

/** Makes steps run the way of another engine from their next call on; `useEngine` calls it. */
export function setJit(next: Jit, compilesEachShape = false): void {
  current = next;
  compiles = compilesEachShape;
}

/** Whether the engine makes a program of each step for every shape of its arguments. */
export function compilesSteps(): boolean {
  return compiles;
}

/**
 * Makes a step of a pure function over trees of tensors. The function must read no value, take no decision on one, and draw
 * no random number: then any engine may trace it once and run it compiled.
 *
 * A step may be made before an engine is chosen: the engine that computes when it is called decides how it runs.
 *
 * @returns a function of the same signature; the caller owns the tensors of its result.
 */
export function jit<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: JitOptions = {},
): (...args: A) => R {
  let madeBy: Jit | undefined;
  let step = fn;
  return (...args) => {
    if (madeBy !== current) {
      step = current(fn, options);
      madeBy = current;
    }
    return step(...args);
  };
}
