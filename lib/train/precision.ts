/** The precision of a run's matrix products. */
import type { ModelConfig } from '../model/config';

/** The models as a run computes with them. */
export function inPrecision<M extends { readonly config: ModelConfig }>(
  models: M,
  { bf16 }: { readonly bf16: boolean },
): M {
  return { ...models, config: { ...models.config, bf16 } };
}

/** How far numbers may lie apart that two forward passes give of the same tokens: products in bfloat16 round more coarsely. */
export function roundingTolerance(inFloat32: number, { bf16 }: { readonly bf16: boolean }): number {
  return bf16 ? 20 * inFloat32 : inFloat32;
}
