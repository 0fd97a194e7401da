/**
 * Operations that tfjs lacks. An engine that has a kernel of that name computes them with it; every other engine composes them
 * of tfjs's operations.
 */
import * as tf from '@tensorflow/tfjs';
import { ShapeError } from '../errors';
import { hostBits } from './threefry';
import { disposeTree, flatten, mapTree, typeText } from '../tensor/pytree';

/** Whether the engine that computes has a kernel of this name. */
export function hasKernel(name: string): boolean {
  return (tf.getKernel(name, tf.getBackend()) ?? undefined) !== undefined;
}

export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Readonly<Record<string, unknown>> = {},
): tf.Tensor | tf.Tensor[] {
  return tf.engine().runKernel(name, inputs, attributes as unknown as tf.NamedAttrMap);
}

/**
 * While `condition` holds, `state` becomes `body(state)`. Within a compiled step this is one operation of the device; elsewhere
 * each round's condition is read. Has no gradient.
 *
 * @param state a tree of tensors; the caller keeps it.
 * @param condition of a state, a scalar boolean.
 * @param body gives the next state: same form, shapes and types.
 * @returns the last state; the caller owns its tensors.
 * @throws {ShapeError} when a state differs from the one before it.
 */
export function loop<S>(state: S, condition: (state: S) => tf.Tensor, body: (state: S) => S): S {
  const initial = flatten(state);
  const treeOf = (tensors: readonly tf.Tensor[]): S => {
    const next = tensors.values();
    return mapTree(state, () => next.next().value) as S;
  };
  const types = initial.map(typeText);
  const nextTensors = (tensors: readonly tf.Tensor[]): tf.Tensor[] => {
    const next = flatten(body(treeOf(tensors)));
    const changed = next.findIndex((tensor, i) => typeText(tensor) !== types[i]);
    if (next.length !== types.length)
      throw new ShapeError(`loop: the state must stay ${types.length} tensors, got ${next.length}`);
    if (changed >= 0)
      throw new ShapeError(
        `loop: tensor ${changed} of the state must stay ${types[changed]}, got ${typeText(next[changed] as tf.Tensor)}`,
      );
    return next;
  };
  if (hasKernel('While')) {
    const attributes = {
      condition: (tensors: tf.Tensor[]) => condition(treeOf(tensors)),
      body: nextTensors,
    };
    const inputs = Object.fromEntries(initial.map((tensor, i) => [i, tensor]));
    return treeOf(runKernel('While', inputs, attributes) as tf.Tensor[]);
  }
  let tensors = initial.map((tensor) => tensor.clone());
  while (tf.tidy(() => condition(treeOf(tensors)).dataSync()[0]) !== 0) {
    const before = tensors;
    tensors = tf.tidy(() => nextTensors(before));
    disposeTree(before.filter((tensor) => !tensors.includes(tensor)));
  }
  return treeOf(tensors);
}

/**
 * x with `update` in place of the numbers from `starts` on. Has no gradient.
 *
 * @param starts one place an axis, numbers or int32 scalars; moved so far that the update lies within x.
 * @throws {ShapeError} when the ranks differ or the update is larger than x.
 */
export function dynamicUpdateSlice<T extends tf.Tensor>(
  x: T,
  update: tf.Tensor,
  starts: readonly (number | tf.Tensor)[],
): T {
  if (update.rank !== x.rank || starts.length !== x.rank || update.shape.some((n, i) => n > (x.shape[i] as number)))
    throw new ShapeError(
      `dynamicUpdateSlice: update must fit into [${x.shape.join()}] with a start for each axis, got [${update.shape.join()}] and ${starts.length} starts`,
    ); // prettier-ignore
  if (!hasKernel('DynamicUpdateSlice')) {
    const places = starts.map((start, axis) => {
      const place = typeof start === 'number' ? start : (start.dataSync()[0] as number);
      return Math.max(0, Math.min(place, (x.shape[axis] as number) - (update.shape[axis] as number)));
    });
    return tf.tidy(() => replace(x, update, places, 0) as T);
  }
  return tf.tidy(() => {
    const named = starts.map((start, axis) => [
      `start${axis}`,
      typeof start === 'number' ? tf.scalar(start, 'int32') : start,
    ]);
    return runKernel('DynamicUpdateSlice', { x, update, ...Object.fromEntries(named) }) as T;
  });
}

/** Cuts x apart along the first axis that the update does not fill, and goes on within the middle piece. */
function replace(x: tf.Tensor, update: tf.Tensor, starts: readonly number[], from: number): tf.Tensor {
  const axis = x.shape.findIndex((extent, i) => i >= from && extent !== update.shape[i]);
  if (axis < 0) return update.clone();
  const [extent, length] = [x.shape[axis] as number, update.shape[axis] as number];
  const start = starts[axis] as number;
  const piece = (begin: number, size: number): tf.Tensor[] => {
    if (size === 0) return [];
    const at = (value: number, rest: number): number[] => x.shape.map((_, i) => (i === axis ? value : rest));
    return [tf.slice(x, at(begin, 0), at(size, -1))];
  };
  const middle = replace(piece(start, length)[0] as tf.Tensor, update, starts, axis + 1);
  return tf.concat([...piece(0, start), middle, ...piece(start + length, extent - start - length)], axis);
}

/** x, computed once and kept: a compiler must not compute it again in each place where it is used. The gradient is kept likewise. */
export function barrier<T extends tf.Tensor>(x: T): T {
  if (!hasKernel('OptimizationBarrier')) return x.clone();
  return runKernel('OptimizationBarrier', { x }) as T;
}
tf.registerGradient({
  kernelName: 'OptimizationBarrier',
  gradFunc: (dy) => ({ x: () => barrier(dy as tf.Tensor) }),
});

/**
 * Random bits: the same numbers for a key on every engine, in a step and outside of one.
 *
 * @param key two words. [2] int32
 * @returns 32 bits each, uniform over all integers. int32
 */
export function rngBits(key: tf.Tensor1D, shape: readonly number[]): tf.Tensor {
  if (key.dtype !== 'int32' || key.size !== 2)
    throw new ShapeError(`rngBits: key must be int32[2], got ${typeText(key)}`);
  if (hasKernel('RandomBits')) return runKernel('RandomBits', { key }, { shape: [...shape] }) as tf.Tensor;
  const [first, second] = key.dataSync() as Int32Array;
  return tf.tensor(
    hostBits([first as number, second as number], tf.util.sizeFromShape([...shape])),
    [...shape],
    'int32',
  );
}

/** x, of which no gradient is taken: it counts as a constant. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const op = tf.customGrad((...inputs) => {
    const [value] = inputs as [tf.Tensor];
    return { value: value.clone(), gradFunc: (dy: tf.Tensor) => [tf.zerosLike(dy)] };
  });
  return op(x) as T;
}
