/** The decoder-only transformer (Llama family) as a pure function of its parameters: traceable and differentiable. */
import * as tf from '@tensorflow/tfjs';
import { dynamicUpdateSlice } from '../backend';
import { attend, type AttentionShape } from './attention';
import type { ModelConfig } from './config';
import { rmsNorm, rotaryTables, rotate, swiglu } from './layers';
import { linear } from './linear';
import { parameter, type Params } from './params';

/** Added to attention scores that must not count; finite, so that a fully masked row stays finite. */
const notAttended = -1e9;

/** Keys and values of the columns read so far, one entry a layer; columns that are still free hold anything finite. */
export interface KvCache {
  /** [B·Hkv, S, hd] each */
  readonly keys: tf.Tensor3D[];
  readonly values: tf.Tensor3D[];
}

/** How rows hold several sequences: a token sees those before it in its own segment, and in the segment that this one goes on from. */
export type Packing = {
  /** Of a token in its own sequence, from 0. [B, T] */
  readonly positions: tf.Tensor2D;
  /** [B, T] int32 */
  readonly segments: tf.Tensor2D;
  /** The segment that a token's own goes on from; its own where there is none. [B, T] int32 */
  readonly beginnings: tf.Tensor2D;
};

/**
 * Hidden states after the final norm.
 *
 * Padding may stand on either side: a token's position is the number of real tokens before it, and padding is never
 * attended to.
 *
 * @param tokens [B, T] int32
 * @param mask [B, T] 1 = a real token
 * @param packing of rows that hold several sequences; absent: a row is one sequence.
 * @returns [B, T, D]
 */
export function hiddenStates(
  params: Params,
  config: ModelConfig,
  tokens: tf.Tensor2D,
  mask: tf.Tensor2D,
  packing?: Packing,
): tf.Tensor3D {
  if (packing === undefined) return prefill(params, config, tokens, mask).hidden;
  return layers(params, config, tokens, packing.positions, attendedWithin(packing)).hidden;
}

/** 1 where the query in column t may see the key in column s. [B, 1, T, T] */
function attendedWithin({ segments, beginnings }: Packing): tf.Tensor {
  const [B, T] = segments.shape;
  const keys = tf.reshape(segments, [B, 1, 1, T]);
  const sameAs = (owner: tf.Tensor2D): tf.Tensor => tf.equal(tf.reshape(owner, [B, 1, T, 1]), keys);
  const seen = tf.cast(tf.logicalOr(sameAs(segments), sameAs(beginnings)), 'float32');
  return tf.mul(seen, tf.reshape(tf.tensor2d(lowerTriangle(T), [T, T]), [1, 1, T, T]));
}

/** As {@link hiddenStates}, with the keys and values that {@link decode} goes on from. */
export function prefill(
  params: Params,
  config: ModelConfig,
  tokens: tf.Tensor2D,
  mask: tf.Tensor2D,
): { hidden: tf.Tensor3D; cache: KvCache } {
  const [B, T] = tokens.shape;
  const positions = tf.relu(tf.sub(tf.cumsum(mask, 1), 1)) as tf.Tensor2D; // [B, T]
  const causal = tf.tensor2d(lowerTriangle(T), [T, T]);
  const attended = tf.mul(tf.reshape(mask, [B, 1, 1, T]), tf.reshape(causal, [1, 1, T, T])); // [B, 1, T, T]
  return layers(params, config, tokens, positions, attended);
}

/**
 * Reads one further token of every sequence, all of them into the same column.
 *
 * @param token [B] int32
 * @param column where in the cache the token's keys and values belong. scalar int32
 * @param mask [B, S] 1 = a real token, the new one included
 * @param cache of S columns
 * @returns hidden [B, 1, D] and the cache with that column; the given cache is left as it is.
 */
export function decode(
  params: Params,
  config: ModelConfig,
  token: tf.Tensor1D,
  column: tf.Scalar,
  mask: tf.Tensor2D,
  cache: KvCache,
): { hidden: tf.Tensor3D; cache: KvCache } {
  const [B, S] = mask.shape;
  const positions = tf.sub(tf.sum(mask, 1, true), 1) as tf.Tensor2D; // [B, 1]
  const attended = tf.reshape(mask, [B, 1, 1, S]);
  return layers(params, config, tf.reshape(token, [B, 1]), positions, attended, { cache, column });
}

/** @param attended 1 where the query in row t may see the key in column s. [B, 1, T, S] */
function layers(
  params: Params,
  config: ModelConfig,
  tokens: tf.Tensor2D,
  positions: tf.Tensor2D,
  attended: tf.Tensor,
  past?: { readonly cache: KvCache; readonly column: tf.Scalar },
): { hidden: tf.Tensor3D; cache: KvCache } {
  const [B, T] = tokens.shape;
  const rotary = rotaryTables(positions, config.headDim, config.ropeTheta);
  const bias = tf.mul(tf.sub(1, attended), notAttended); // [B, 1, T, S]
  const cache: KvCache = { keys: [], values: [] };
  let x = tf.gather(
    parameter(params, 'model.embed_tokens.weight'),
    tf.reshape(tokens, [B * T]),
  ) as tf.Tensor2D; // [B·T, D]
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const own = (name: string): string => `model.layers.${layer}.${name}`;
    const project = (y: tf.Tensor2D, name: string): tf.Tensor2D => linear(params, own(name), y, config);
    const norm = (y: tf.Tensor2D, name: string): tf.Tensor2D =>
      rmsNorm(y, parameter(params, `${own(name)}.weight`) as tf.Tensor1D, config.rmsNormEps);

    // 1. attention
    const shape = { B, T, ...config };
    const normed = norm(x, 'input_layernorm');
    const queries = rotate(
      heads(project(normed, 'self_attn.q_proj'), config.numAttentionHeads, shape),
      rotary,
    );
    let keys = merge(
      rotate(heads(project(normed, 'self_attn.k_proj'), config.numKeyValueHeads, shape), rotary),
      shape,
    );
    let values = merge(heads(project(normed, 'self_attn.v_proj'), config.numKeyValueHeads, shape), shape);
    if (past !== undefined) {
      keys = dynamicUpdateSlice(past.cache.keys[layer] as tf.Tensor3D, keys, [0, past.column, 0]);
      values = dynamicUpdateSlice(past.cache.values[layer] as tf.Tensor3D, values, [0, past.column, 0]);
    }
    cache.keys.push(keys);
    cache.values.push(values);
    x = tf.add(
      x,
      project(attend(queries, keys, values, bias, past === undefined, shape), 'self_attn.o_proj'),
    );

    // 2. feed-forward
    const wide = norm(x, 'post_attention_layernorm');
    const gated = swiglu(project(wide, 'mlp.gate_proj'), project(wide, 'mlp.up_proj'));
    x = tf.add(x, project(gated, 'mlp.down_proj'));
  }
  const hidden = rmsNorm(x, parameter(params, 'model.norm.weight') as tf.Tensor1D, config.rmsNormEps);
  return { hidden: tf.reshape(hidden, [B, T, config.hiddenSize]), cache };
}

/** [B·T, heads·hd] → [B, heads, T, hd] */
function heads(x: tf.Tensor2D, count: number, { B, T, headDim }: AttentionShape): tf.Tensor4D {
  return tf.transpose(tf.reshape(x, [B, T, count, headDim]), [0, 2, 1, 3]);
}

/** [B, Hkv, T, hd] → [B·Hkv, T, hd] */
function merge(x: tf.Tensor4D, { B, T, numKeyValueHeads, headDim }: AttentionShape): tf.Tensor3D {
  return tf.reshape(x, [B * numKeyValueHeads, T, headDim]);
}

function lowerTriangle(T: number): Float32Array {
  const values = new Float32Array(T * T);
  for (let row = 0; row < T; row++) values.fill(1, row * T, row * T + row + 1);
  return values;
}
