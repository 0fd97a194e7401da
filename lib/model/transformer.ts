/**
 * The decoder-only transformer as a pure function of its parameters: traceable and differentiable. It is Llama's, but for what the
 * configuration's variant says.
 */
import * as tf from '@tensorflow/tfjs';
import { dynamicUpdateSlice } from '../backend';
import { attend, type AttentionShape } from './attention';
import type { ModelConfig } from './config';
import { geluTanh, layerNorm, rmsNorm, rotaryTables, rotate, swiglu, type RotaryTables } from './layers';
import { linear } from './linear';
import { parameter, type Params } from './params';
import { ropeFrequencies, type RopeScaling } from './rope';

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
  const { positions } = packing;
  const sight = { positions, attended: attendedWithin(packing), keyPositions: () => positions };
  return layers(params, config, tokens, sight).hidden;
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
  return layers(params, config, tokens, { positions, attended, keyPositions: () => realBefore(mask) });
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
  const sight = { positions, attended, keyPositions: () => realBefore(mask) };
  return layers(params, config, tf.reshape(token, [B, 1]), sight, { cache, column });
}

/** Where the queries stand and what they may see. */
interface Sight {
  /** Number of each query's token among the real ones. [B, T] */
  readonly positions: tf.Tensor2D;
  /** 1 where the query in row t may see the key in column s. [B, 1, T, S] */
  readonly attended: tf.Tensor;
  /** The same of the keys' columns; asked for only where a window needs it. [B, S] */
  readonly keyPositions: () => tf.Tensor2D;
}

/** Real tokens before each column's own. [B, S] */
function realBefore(mask: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(tf.cumsum(mask, 1), 1);
}

function layers(
  params: Params,
  config: ModelConfig,
  tokens: tf.Tensor2D,
  sight: Sight,
  past?: { readonly cache: KvCache; readonly column: tf.Scalar },
): { hidden: tf.Tensor3D; cache: KvCache } {
  const [B, T] = tokens.shape;
  const { variant = {} } = config;
  const rotaryOf = rotaries(config, sight.positions);
  const biasOf = biases(config, sight);
  const cache: KvCache = { keys: [], values: [] };
  const normed = (y: tf.Tensor2D, name: string): tf.Tensor2D => {
    const weight = parameter(params, `${name}.weight`) as tf.Tensor1D;
    if (variant.norm === undefined) return rmsNorm(y, weight, config.rmsNormEps);
    if (variant.norm === 'onePlus') return rmsNorm(y, tf.add(weight, 1), config.rmsNormEps);
    return layerNorm(y, weight, parameter(params, `${name}.bias`) as tf.Tensor1D, config.rmsNormEps);
  };
  let x = embed(params, config, tokens, sight.positions);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const own = (name: string): string => `model.layers.${layer}.${name}`;
    const project = (y: tf.Tensor2D, name: string): tf.Tensor2D => linear(params, own(name), y, config);
    const norm = (y: tf.Tensor2D, name: string): tf.Tensor2D => normed(y, own(name));
    const [before, after] = [variant.normPlace !== 'after', variant.normPlace !== undefined];

    // 1. attention
    const shape = { B, T, ...config };
    const read = before ? norm(x, 'input_layernorm') : x;
    const rotary = rotaryOf(layer);
    /** Queries or keys, normed and turned as the variant says. [B, count, T, hd] */
    const directed = (which: 'q' | 'k', count: number): tf.Tensor4D => {
      let y = project(read, `self_attn.${which}_proj`);
      const name = `self_attn.${which}_norm`;
      if (variant.queryKeyNorm === 'projection') y = norm(y, name);
      if (variant.queryKeyNorm === 'head')
        y = tf.reshape(norm(tf.reshape(y, [B * T * count, config.headDim]), name), y.shape);
      const apart = heads(y, count, shape);
      return rotary === undefined ? apart : rotate(apart, rotary);
    };
    const queries = directed('q', config.numAttentionHeads);
    let keys = merge(directed('k', config.numKeyValueHeads), shape);
    let values = merge(heads(project(read, 'self_attn.v_proj'), config.numKeyValueHeads, shape), shape);
    if (past !== undefined) {
      keys = dynamicUpdateSlice(past.cache.keys[layer] as tf.Tensor3D, keys, [0, past.column, 0]);
      values = dynamicUpdateSlice(past.cache.values[layer] as tf.Tensor3D, values, [0, past.column, 0]);
    }
    cache.keys.push(keys);
    cache.values.push(values);
    const mixed = attend(queries, keys, values, biasOf(layer), past === undefined, shape);
    const attention = project(mixed, 'self_attn.o_proj');
    x = tf.add(x, after ? norm(attention, 'post_attention_layernorm') : attention);

    // 2. feed-forward
    const wideName = after ? 'pre_feedforward_layernorm' : 'post_attention_layernorm';
    const wide = before ? norm(x, wideName) : x;
    const forward = project(activated(wide, project, config), 'mlp.down_proj');
    x = tf.add(x, after ? norm(forward, 'post_feedforward_layernorm') : forward);
  }
  const hidden = normed(x, 'model.norm');
  return { hidden: tf.reshape(hidden, [B, T, config.hiddenSize]), cache };
}

/** What the first layer reads. [B·T, D] */
function embed(
  params: Params,
  { variant = {} }: ModelConfig,
  tokens: tf.Tensor2D,
  positions: tf.Tensor2D,
): tf.Tensor2D {
  const x = tf.gather(
    parameter(params, 'model.embed_tokens.weight'),
    tf.reshape(tokens, [tokens.size]),
  ) as tf.Tensor2D;
  const { embeddingScale, learnedPositions } = variant;
  const scaled = embeddingScale === undefined ? x : tf.mul(x, embeddingScale);
  if (learnedPositions !== true) return scaled as tf.Tensor2D;
  const rows = tf.cast(tf.reshape(positions, [positions.size]), 'int32');
  return tf.add(scaled, tf.gather(parameter(params, 'model.embed_positions.weight'), rows));
}

/** What the last matrix of the feed-forward reads. [B·T, F] */
function activated(
  x: tf.Tensor2D,
  project: (x: tf.Tensor2D, name: string) => tf.Tensor2D,
  { variant = {} }: ModelConfig,
): tf.Tensor2D {
  const isGelu = variant.activation === 'geluTanh';
  if (variant.plainFeedForward === true) {
    const up = project(x, 'mlp.up_proj');
    return isGelu ? geluTanh(up) : tf.mul(up, tf.sigmoid(up));
  }
  const [gate, up] = [project(x, 'mlp.gate_proj'), project(x, 'mlp.up_proj')];
  return isGelu ? tf.mul(geluTanh(gate), up) : swiglu(gate, up);
}

/** Tables of each layer's rotary embeddings; undefined where nothing turns. Layers that turn alike share them. */
function rotaries(
  { variant = {}, ropeTheta, headDim, numHiddenLayers }: ModelConfig,
  positions: tf.Tensor2D,
): (layer: number) => RotaryTables | undefined {
  const { rotary = {}, windows = [], learnedPositions } = variant;
  const { dims = headDim, interleaved = false, scaling, windowed, without = [] } = rotary;
  const tables = (theta: number, own?: RopeScaling): RotaryTables => {
    const factor = own?.type === 'yarn' ? own.attentionFactor : 1;
    return rotaryTables(positions, ropeFrequencies(dims, theta, own), { interleaved, factor });
  };
  const numbers = Array.from({ length: numHiddenLayers }, (_, layer) => layer);
  const isWindowed = (layer: number): boolean => windowed !== undefined && (windows[layer] ?? null) !== null;
  const turn = numbers.filter((layer) => learnedPositions !== true && !without.includes(layer));
  const usual = turn.every(isWindowed) ? undefined : tables(ropeTheta, scaling);
  const near = turn.some(isWindowed) && windowed ? tables(windowed.theta, windowed.scaling) : undefined;
  return (layer) => (turn.includes(layer) ? (isWindowed(layer) ? near : usual) : undefined);
}

/** What is added to each layer's attention scores. [B, 1, T, S] */
function biases(
  { variant = {} }: ModelConfig,
  { positions, attended, keyPositions }: Sight,
): (layer: number) => tf.Tensor {
  const biasOf = (seen: tf.Tensor): tf.Tensor => tf.mul(tf.sub(1, seen), notAttended);
  const usual = biasOf(attended);
  const [B, T] = positions.shape;
  const S = attended.shape[3] as number;
  // A window as long as the text shuts nothing.
  const windows = (variant.windows ?? []).map((window) => (window === null || window >= S ? null : window));
  const narrow = new Map<number, tf.Tensor>();
  for (const window of windows) {
    if (window === null || narrow.has(window)) continue;
    const distance = tf.sub(tf.reshape(positions, [B, 1, T, 1]), tf.reshape(keyPositions(), [B, 1, 1, S]));
    const near = tf.cast(tf.less(distance, window), 'float32'); // [B, 1, T, S]
    narrow.set(window, biasOf(tf.mul(attended, near)));
  }
  return (layer) => narrow.get(windows[layer] ?? 0) ?? usual;
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
