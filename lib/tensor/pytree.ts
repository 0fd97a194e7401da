/** Trees of tensors: what a compiled step takes and gives, e.g. `{params: {…}, batch: {…}}`. */
import * as tf from '@tensorflow/tfjs';

/** Tensors in arrays and objects, nested; numbers and absent values may stand among them. */
export type Pytree =
  tf.Tensor | number | null | undefined | readonly Pytree[] | { readonly [key: string]: Pytree };

/** A tensor's type and shape, e.g. `float32[2,3]`. */
export function typeText({
  dtype,
  shape,
}: {
  readonly dtype: string;
  readonly shape: readonly number[];
}): string {
  return `${dtype}[${shape.join()}]`;
}

/** The tensors of a tree: arrays in order, objects in the order of their keys. */
export function flatten(tree: unknown): tf.Tensor[] {
  if (tree instanceof tf.Tensor) return [tree];
  if (Array.isArray(tree)) return tree.flatMap(flatten);
  if (typeof tree === 'object' && tree !== null) return Object.values(tree).flatMap(flatten);
  return [];
}

/** The tree with another tensor, or anything else, in place of each tensor; in the order of {@link flatten}. */
export function mapTree(tree: unknown, replace: (tensor: tf.Tensor) => unknown): unknown {
  if (tree instanceof tf.Tensor) return replace(tree);
  if (Array.isArray(tree)) return tree.map((part) => mapTree(part, replace));
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, part]) => [key, mapTree(part, replace)]));
}

/** Disposes every tensor of a tree that is not disposed yet. */
export function disposeTree(tree: unknown): void {
  for (const tensor of flatten(tree)) if (!tensor.isDisposed) tensor.dispose();
}
