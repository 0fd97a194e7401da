/** Trees of tensors: what a compiled step takes and gives, e.g. `{params: {…}, batch: {…}}`. */
import * as tf from '@tensorflow/tfjs';

/** Tensors in arrays and objects, nested; numbers and absent values may stand among them. */
export type Pytree =
  tf.Tensor | number | null | undefined | readonly Pytree[] | { readonly [key: string]: Pytree };

/** The tensors of a tree: arrays in order, objects in the order of their keys. */
export function flatten(tree: unknown): tf.Tensor[] {
  if (tree instanceof tf.Tensor) return [tree];
  if (Array.isArray(tree)) return tree.flatMap(flatten);
  if (typeof tree === 'object' && tree !== null) return Object.values(tree).flatMap(flatten);
  return [];
}

/** Disposes every tensor of a tree that is not disposed yet. */
export function disposeTree(tree: unknown): void {
  for (const tensor of flatten(tree)) if (!tensor.isDisposed) tensor.dispose();
}
