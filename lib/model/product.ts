/** Matrix products in the precision of the run. */
import * as tf from '@tensorflow/tfjs';
import { matMulBfloat16 } from '../backend';
import type { ModelConfig } from './config';

/** The product of two matrices, or of each pair of them, each transposed if asked. */
export function product<T extends tf.Tensor2D | tf.Tensor3D>(
  a: T,
  b: T,
  transposeB: boolean,
  { bf16 = false }: Pick<ModelConfig, 'bf16'>,
  transposeA = false,
): T {
  return bf16 ? matMulBfloat16(a, b, transposeA, transposeB) : tf.matMul(a, b, transposeA, transposeB);
}
