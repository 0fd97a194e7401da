/** Attention as one operation, where the device's own library has it: its weights never lie in memory. */
import * as tf from '@tensorflow/tfjs';
import { runKernel } from './primitives';

/** B sequences; H heads of queries and Hkv of keys, each hd wide; T queries, S keys. */
export interface AttentionSizes {
  readonly B: number;
  readonly H: number;
  readonly Hkv: number;
  readonly T: number;
  readonly S: number;
  readonly hd: number;
}

let available: (sizes: AttentionSizes) => boolean = () => false;

/** @param has of the engine that computes; none: it has no such operation. */
export function setFusedAttention(has: (sizes: AttentionSizes) => boolean = () => false): void {
  available = has;
}

/** Whether {@link fusedAttention} can be called for these sizes. */
export function hasFusedAttention(sizes: AttentionSizes): boolean {
  return available(sizes);
}

/**
 * softmax(scale·QKᵀ + bias)·V in bfloat16, where query t sees no key behind t. H/Hkv heads of queries share one of keys.
 *
 * @param queries [B, H, T, hd]
 * @param keys [B, Hkv, S, hd]
 * @param values [B, Hkv, S, hd]
 * @param bias added to the scores; no gradient flows there. [B, 1, T, S]
 * @returns [B, H, T, hd]
 */
export function fusedAttention(
  queries: tf.Tensor4D,
  keys: tf.Tensor4D,
  values: tf.Tensor4D,
  bias: tf.Tensor,
  scale: number,
): tf.Tensor4D {
  const op = tf.customGrad((...inputs) => {
    const [q, k, v, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [out, sums] = runKernel('FusedAttention', { q, k, v, bias }, { scale }) as [tf.Tensor, tf.Tensor];
    save([q, k, v, out, sums]);
    const gradFunc = (dOut: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [sq, sk, sv, sOut, sSums] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const given = { q: sq, k: sk, v: sv, bias, out: sOut, sums: sSums, dOut };
      return runKernel('FusedAttentionGrad', given, { scale }) as tf.Tensor[];
    };
    return { value: out, gradFunc };
  });
  return op(queries, keys, values) as tf.Tensor4D;
}
