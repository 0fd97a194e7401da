/** Matrix products in bfloat16: half the bytes to read, and the units of GPUs that compute several times as fast. */
import * as tf from '@tensorflow/tfjs';
import { ShapeError } from '../errors';
import { typeText } from '../tensor/pytree';
import { hasKernel, runKernel } from './primitives';

/** Multiplied and subtracted again, this leaves the 8 leading bits of a float32's 24 (Dekker 1971, with 16 bits split off). */
const splitter = 2 ** 16 + 1;

/**
 * x rounded to the 8 significant bits of bfloat16, as float32. What is not finite stays, as does what would overflow in between.
 *
 * @see Dekker 1971 (doi:10.1007/BF01397083), section 5.
 */
function rounded(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const scaled = tf.mul(x, splitter);
    const upper = tf.sub(scaled, tf.sub(scaled, x));
    return tf.where(tf.isFinite(scaled), upper, x);
  });
}

/** The product itself, without a gradient. */
function multiply(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  if (hasKernel('Bfloat16MatMul'))
    return runKernel('Bfloat16MatMul', { a, b }, { transposeA, transposeB }) as tf.Tensor;
  return tf.tidy(() => rounded(tf.matMul(rounded(a), rounded(b), transposeA, transposeB)));
}

/**
 * a·b with operands and result rounded to bfloat16 and sums in float32; the tensors themselves are float32. The products of its
 * gradient are taken likewise. An engine without such products rounds to the same numbers, which costs time instead of saving it.
 *
 * @param a [M, K] or [N, M, K], or transposed
 * @param b [K, J] or [N, K, J], or transposed
 * @returns [M, J] or [N, M, J]
 * @throws {ShapeError} when ranks or batch axes differ.
 */
export function matMulBfloat16<T extends tf.Tensor>(a: T, b: T, transposeA = false, transposeB = false): T {
  const batch = ({ shape }: tf.Tensor): string => shape.slice(0, -2).join();
  if (a.rank !== b.rank || batch(a) !== batch(b))
    throw new ShapeError(`matMulBfloat16: b must have the batch axes of ${typeText(a)}, got ${typeText(b)}`);
  const op = tf.customGrad((...inputs) => {
    const [x, y, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([x, y]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [u, v] = saved as [tf.Tensor, tf.Tensor];
      const dx = transposeA
        ? matMulBfloat16(v, dy, transposeB, true)
        : matMulBfloat16(dy, v, false, !transposeB);
      const dv = transposeB
        ? matMulBfloat16(dy, u, true, transposeA)
        : matMulBfloat16(u, dy, !transposeA, false);
      return [dx, dv];
    };
    return { value: multiply(x, y, transposeA, transposeB), gradFunc };
  });
  return op(a, b) as T;
}
