/** The transformer's elementwise parts with gradients by hand: fewer operations and fewer kept tensors than tfjs's tape. */
import * as tf from '@tensorflow/tfjs';

/** tfjs types custom gradients for any rank at once; these are the two- and four-dimensional uses. */
type Gradient = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];

/**
 * RMSNorm: y = x · w / √(mean(x²) + ε), over the last axis.
 *
 * @param x [N, D]
 * @param w [D]
 * @see Zhang & Sennrich 2019 (arXiv:1910.07467), eq. 4.
 */
export function rmsNorm(x: tf.Tensor2D, w: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const op = tf.customGrad((...inputs) => {
    const [input, scale, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), epsilon)); // [N, 1]
    const normal = tf.mul(input, inverse); // [N, D]
    save([normal, inverse, scale]);
    const gradFunc: Gradient = (dy, [n, r, s]) => {
      const scaled = tf.mul(dy, s as tf.Tensor);
      const along = tf.mean(tf.mul(scaled, n as tf.Tensor), -1, true); // [N, 1]
      const dx = tf.mul(tf.sub(scaled, tf.mul(n as tf.Tensor, along)), r as tf.Tensor);
      return [dx, tf.sum(tf.mul(dy, n as tf.Tensor), 0)];
    };
    return { value: tf.mul(normal, scale), gradFunc };
  });
  return op(x, w) as tf.Tensor2D;
}

/**
 * SwiGLU's gate: silu(gate) · up, with silu(z) = z·σ(z).
 *
 * @see Shazeer 2020 (arXiv:2002.05202).
 */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((...inputs) => {
    const [g, u, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const sigma = tf.sigmoid(g);
    const silu = tf.mul(g, sigma);
    save([u, sigma, silu]);
    const gradFunc: Gradient = (dy, saved) => {
      const [upward, s, z] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      // silu'(g) = σ + g·σ·(1 − σ) = σ + silu − silu·σ
      const slope = tf.sub(tf.add(s, z), tf.mul(z, s));
      return [tf.mul(tf.mul(dy, upward), slope), tf.mul(dy, z)];
    };
    return { value: tf.mul(silu, u), gradFunc };
  });
  return op(gate, up) as tf.Tensor2D;
}

/** cos and sin of every position's angles, each angle in both halves of the head. */
export interface RotaryTables {
  /** [B, 1, T, hd] */
  readonly cos: tf.Tensor;
  /** [B, 1, T, hd] */
  readonly sin: tf.Tensor;
}

/**
 * Angles position · θ^(−2i/hd) for i in [0, hd/2).
 *
 * @param positions [B, T]
 */
export function rotaryTables(positions: tf.Tensor2D, headDim: number, theta: number): RotaryTables {
  const [B, T] = positions.shape;
  const frequencies = Float32Array.from(
    { length: headDim },
    (_, i) => theta ** (-(2 * (i % (headDim / 2))) / headDim),
  );
  const angles = tf.mul(tf.reshape(positions, [B, 1, T, 1]), tf.tensor1d(frequencies)); // [B, 1, T, hd]
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

/**
 * Rotary position embedding: x·cos + rotateHalf(x)·sin, rotateHalf([a, b]) = [−b, a]. The gradient is the rotation back.
 *
 * @param x [B, H, T, hd]
 * @see Su et al. 2021 (arXiv:2104.09864), eq. 34, with the halves of a head as the pairs (as in Hugging Face's Llama).
 */
export function rotate(x: tf.Tensor4D, { cos, sin }: RotaryTables): tf.Tensor4D {
  const op = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    save([cos, sin]);
    const gradFunc: Gradient = (dy, saved) => {
      const [c, s] = saved as [tf.Tensor, tf.Tensor];
      const [first, second] = tf.split(tf.mul(dy, s), 2, -1) as [tf.Tensor, tf.Tensor];
      return [tf.add(tf.mul(dy, c), tf.concat([second, tf.neg(first)], -1))];
    };
    const [a, b] = tf.split(input, 2, -1) as [tf.Tensor, tf.Tensor];
    return { value: tf.add(tf.mul(input, cos), tf.mul(tf.concat([tf.neg(b), a], -1), sin)), gradFunc };
  });
  return op(x) as tf.Tensor4D;
}
