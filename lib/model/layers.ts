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
 * LayerNorm: y = w · (x − mean(x)) / √(var(x) + ε) + b, over the last axis.
 *
 * @param x [N, D]
 * @param w [D]
 * @param b [D]
 * @see Ba et al. 2016 (arXiv:1607.06450).
 */
export function layerNorm(x: tf.Tensor2D, w: tf.Tensor1D, b: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const op = tf.customGrad((...inputs) => {
    const [input, scale, shift, save] = inputs as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const centred = tf.sub(input, tf.mean(input, -1, true)); // [N, D]
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon)); // [N, 1]
    const normal = tf.mul(centred, inverse); // [N, D]
    save([normal, inverse, scale]);
    const gradFunc: Gradient = (dy, [n, r, s]) => {
      const scaled = tf.mul(dy, s as tf.Tensor);
      const along = tf.mean(tf.mul(scaled, n as tf.Tensor), -1, true); // [N, 1]
      const level = tf.mean(scaled, -1, true); // [N, 1]
      const dx = tf.mul(tf.sub(tf.sub(scaled, level), tf.mul(n as tf.Tensor, along)), r as tf.Tensor);
      return [dx, tf.sum(tf.mul(dy, n as tf.Tensor), 0), tf.sum(dy, 0)];
    };
    return { value: tf.add(tf.mul(normal, scale), shift), gradFunc };
  });
  return op(x, w, b) as tf.Tensor2D;
}

/**
 * The tanh form of GELU: z·(1 + tanh u)/2, with u = √(2/π)·(z + 0.044715·z³).
 *
 * @see Hendrycks & Gimpel 2016 (arXiv:1606.08415), section 2.
 */
export function geluTanh(z: tf.Tensor2D): tf.Tensor2D {
  const slope = Math.sqrt(2 / Math.PI);
  const op = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    const square = tf.square(input);
    const t = tf.tanh(tf.mul(tf.mul(input, tf.add(tf.mul(square, 0.044715), 1)), slope));
    const half = tf.mul(tf.add(t, 1), 0.5);
    save([input, t]);
    const gradFunc: Gradient = (dy, saved) => {
      const [x, tanh] = saved as [tf.Tensor, tf.Tensor];
      // y' = (1 + t)/2 + z·(1 − t²)/2·u'
      const du = tf.mul(tf.add(tf.mul(tf.square(x), 3 * 0.044715), 1), slope);
      const bend = tf.mul(tf.mul(x, tf.sub(1, tf.square(tanh))), du);
      return [tf.mul(dy, tf.mul(tf.add(tf.add(tanh, 1), bend), 0.5))];
    };
    return { value: tf.mul(input, half), gradFunc };
  });
  return op(z) as tf.Tensor2D;
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

/** cos and sin of every position's angles, one for each dimension that turns. */
export interface RotaryTables {
  /** [B, 1, T, dims] */
  readonly cos: tf.Tensor;
  /** [B, 1, T, dims] */
  readonly sin: tf.Tensor;
  /** Dimensions 2i and 2i + 1 are a pair. Else: i and i + dims/2. */
  readonly interleaved: boolean;
}

/**
 * Angles position · frequency of each pair of dimensions.
 *
 * @param positions [B, T]
 * @param frequencies radians a position, one a pair. [dims/2]
 * @param factor cos and sin are multiplied by it.
 */
export function rotaryTables(
  positions: tf.Tensor2D,
  frequencies: readonly number[],
  { interleaved = false, factor = 1 }: { readonly interleaved?: boolean; readonly factor?: number } = {},
): RotaryTables {
  const [B, T] = positions.shape;
  const pairs = frequencies.length;
  const both = Float32Array.from(
    { length: 2 * pairs },
    (_, i) => frequencies[interleaved ? i >> 1 : i % pairs] as number,
  );
  const angles = tf.mul(tf.reshape(positions, [B, 1, T, 1]), tf.tensor1d(both)); // [B, 1, T, dims]
  const [cos, sin] = [tf.cos(angles), tf.sin(angles)];
  if (factor === 1) return { cos, sin, interleaved };
  return { cos: tf.mul(cos, factor), sin: tf.mul(sin, factor), interleaved };
}

/**
 * Rotary position embedding: x·cos + turn(x)·sin, where turn([a, b]) = [−b, a] of each pair. The gradient is the rotation back.
 * Dimensions behind those of the tables stay as they are.
 *
 * @param x [B, H, T, hd]
 * @see Su et al. 2021 (arXiv:2104.09864), eq. 34; with the halves of a head as the pairs as in Hugging Face's Llama.
 */
export function rotate(x: tf.Tensor4D, { cos, sin, interleaved }: RotaryTables): tf.Tensor4D {
  const [B, H, T, hd] = x.shape;
  const dims = cos.shape[3] as number;
  if (dims < hd) {
    const turned = rotate(tf.slice(x, [0, 0, 0, 0], [B, H, T, dims]), { cos, sin, interleaved });
    return tf.concat([turned, tf.slice(x, [0, 0, 0, dims], [B, H, T, hd - dims])], 3);
  }
  const apart = (z: tf.Tensor): [tf.Tensor, tf.Tensor] =>
    tf.split(interleaved ? tf.reshape(z, [B * H * T, dims / 2, 2]) : z, 2, -1) as [tf.Tensor, tf.Tensor];
  const together = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
    const joined = tf.concat([a, b], -1);
    return interleaved ? tf.reshape(joined, x.shape) : joined;
  };
  const op = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    save([cos, sin]);
    const gradFunc: Gradient = (dy, saved) => {
      const [c, s] = saved as [tf.Tensor, tf.Tensor];
      const [first, second] = apart(tf.mul(dy, s));
      return [tf.add(tf.mul(dy, c), together(second, tf.neg(first)))];
    };
    const [a, b] = apart(input);
    return { value: tf.add(tf.mul(input, cos), tf.mul(together(tf.neg(b), a), sin)), gradFunc };
  });
  return op(x) as tf.Tensor4D;
}
