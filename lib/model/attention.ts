/**
 * Attention in blocks of queries, with its gradient by hand: what no query may see is not computed, and long rows of weights are not kept. Where
 * the device's own library has attention as one operation, that is taken.
 */
import * as tf from '@tensorflow/tfjs';
import { barrier, fusedAttention, hasFusedAttention } from '../backend';
import type { ModelConfig } from './config';
import { product } from './product';

/** Sizes of an attention: B sequences, T queries each. */
export interface AttentionShape extends ModelConfig {
  readonly B: number;
  readonly T: number;
}

/** Queries of a block: large enough for products to be efficient, small enough to leave out much of the upper triangle. */
const blockLength = 128;
/** More weights than this are computed again for the gradient instead of being kept: 64 MiB a layer. */
const mostKept = 2 ** 24;

/** Queries [from, to) see keys [0, keys). */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly keys: number;
}

/** @param isCausal whether query t sees no key behind t. @param S keys. */
function blocksOf(T: number, S: number, isCausal: boolean): Block[] {
  const count = isCausal ? Math.max(1, Math.floor(T / blockLength)) : 1;
  const bound = (i: number): number => Math.round((i * T) / count);
  return Array.from({ length: count }, (_, i) => ({
    from: bound(i),
    to: bound(i + 1),
    keys: isCausal ? bound(i + 1) : S,
  }));
}

/**
 * softmax(QKᵀ/√hd + bias)·V, with the variant's scale in place of 1/√hd where it has one. The G = H/Hkv query heads that share a key head are laid end to end along the queries, so
 * that keys and values are never repeated (grouped-query attention).
 *
 * With O the result and P the weights of a block, the gradient is dV = PᵀdO, dS = P∘(dO·Vᵀ − Σ dO∘O), dQ = dS·K/√hd, dK = dSᵀQ/√hd.
 *
 * @param queries [B, H, T, hd]
 * @param keys [B·Hkv, S, hd]
 * @param values [B·Hkv, S, hd]
 * @param bias added to the scores; no gradient flows there. [B, 1, T, S]
 * @param isCausal whether the bias shuts every key behind a query's own place (then S = T).
 * @returns [B·T, H·hd]
 * @see Ainslie et al. 2023 (arXiv:2305.13245); Dao et al. 2022 (arXiv:2205.14135), section 3.1 and appendix B.
 */
export function attend(
  queries: tf.Tensor4D,
  keys: tf.Tensor3D,
  values: tf.Tensor3D,
  bias: tf.Tensor,
  isCausal: boolean,
  shape: AttentionShape,
): tf.Tensor2D {
  const { B, T, numAttentionHeads: H, numKeyValueHeads, headDim } = shape;
  const S = keys.shape[1];
  const scale = shape.variant?.attentionScale ?? 1 / Math.sqrt(headDim);
  const together = (mixed: tf.Tensor4D): tf.Tensor2D =>
    tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [B * T, H * headDim]);
  const sizes = { B, H, Hkv: numKeyValueHeads, T, S, hd: headDim };
  if (isCausal && shape.bf16 === true && hasFusedAttention(sizes)) {
    const [k, v] = [keys, values].map((x) => tf.reshape(x, [B, numKeyValueHeads, S, headDim]));
    return together(fusedAttention(queries, k as tf.Tensor4D, v as tf.Tensor4D, bias, scale));
  }
  const G = H / numKeyValueHeads;
  const N = B * numKeyValueHeads;
  const blocks = blocksOf(T, S, isCausal);
  /** Rows of a block. [N, G, T, hd] → [N, G·t, hd] */
  const rowsOf = (x: tf.Tensor, { from, to }: Block): tf.Tensor3D =>
    tf.reshape(tf.slice(x, [0, 0, from, 0], [N, G, to - from, headDim]), [N, G * (to - from), headDim]);
  const seen = (x: tf.Tensor, { keys: count }: Block): tf.Tensor3D =>
    tf.slice(x, [0, 0, 0], [N, count, headDim]) as tf.Tensor3D;
  /** softmax of a block's scores. [N, G·t, s] */
  const weigh = (q: tf.Tensor, k: tf.Tensor, block: Block): tf.Tensor3D => {
    const { from, to, keys: count } = block;
    const scores = product(rowsOf(q, block), seen(k, block), true, shape);
    const own = tf.slice(bias, [0, 0, from, 0], [B, 1, to - from, count]); // [B, 1, t, s]
    const biased = tf.add(tf.reshape(scores, [B, H, to - from, count]), own);
    return tf.reshape(tf.softmax(biased), [N, G * (to - from), count]);
  };
  const join = (parts: readonly tf.Tensor3D[]): tf.Tensor4D => {
    const apart = parts.map((part, i) => {
      const { from, to } = blocks[i] as Block;
      return tf.reshape(part, [N, G, to - from, headDim]);
    });
    return tf.concat(apart, 2) as tf.Tensor4D;
  };
  const keptWeights = N * G * T * S <= mostKept;

  const attention = tf.customGrad((...inputs) => {
    const [q, k, v, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const weights = blocks.map((block) => weigh(q, k, block));
    const mixed = blocks.map((block, i) => product(weights[i] as tf.Tensor3D, seen(v, block), false, shape));
    const value = join(mixed);
    save([q, k, v, value, ...(keptWeights ? weights : [])]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [sq, sk, sv, out, ...kept] = saved as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        ...tf.Tensor3D[],
      ];
      // Else a compiler finds that the weights are known, and keeps them.
      const again = keptWeights ? undefined : { q: barrier(sq), k: barrier(sk) };
      const along = tf.sum(tf.mul(dy, out), 3, true); // [N, G, T, 1]
      const gradients = blocks.map((block, i) => {
        const { from, to } = block;
        const p = again === undefined ? (kept[i] as tf.Tensor3D) : weigh(again.q, again.k, block);
        const dO = rowsOf(dy, block);
        const dP = product(dO, seen(sv, block), true, shape); // [N, G·t, s]
        const own = tf.slice(along, [0, 0, from, 0], [N, G, to - from, 1]); // Σ dO∘O
        const dS = tf.mul(p, tf.sub(dP, tf.reshape(own, [N, G * (to - from), 1]))) as tf.Tensor3D;
        return {
          q: product(dS, seen(sk, block), false, shape),
          k: product(dS, rowsOf(sq, block), false, shape, true),
          v: product(p, dO, false, shape, true),
        };
      });
      /** Σ over blocks; keys that a block does not see get nothing from it. */
      const total = (parts: readonly tf.Tensor3D[]): tf.Tensor =>
        parts
          .map((part) => tf.pad(part, [[0, 0], [0, S - part.shape[1]], [0, 0]]))
          .reduce((sum, part) => tf.add(sum, part)); // prettier-ignore
      return [
        join(gradients.map((g) => g.q)),
        total(gradients.map((g) => g.k)),
        total(gradients.map((g) => g.v)),
      ];
    };
    return { value, gradFunc };
  });
  // Scaled outside of the operation: its gradient is scaled by the tape.
  const grouped = tf.reshape(tf.mul(queries, scale), [N, G, T, headDim]);
  return together(tf.reshape(attention(grouped, keys, values), [B, H, T, headDim]));
}
