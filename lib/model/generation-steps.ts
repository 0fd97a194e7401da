/** The device side of generation: read the prompts, read one token more, drop finished rows. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import type { ModelConfig } from './config';
import { lmLogits } from './heads';
import type { Params } from './params';
import { sampleToken, type SamplingOptions } from './sampling';
import { decode, prefill, type KvCache } from './transformer';

/** What one decoding step hands to the next; all on the device. */
export interface DecodeState {
  /** The tokens just drawn. [B] int32 */
  readonly token: tf.Tensor1D;
  /** Their log-probabilities. [B] */
  readonly logprob: tf.Tensor1D;
  /** 1 = a real token, of the columns in the cache. [B, S] */
  readonly mask: tf.Tensor2D;
  readonly cache: KvCache;
}

/** The steps of generation as pure functions, so that an engine may compile them. */
export type GenerationSteps = ReturnType<typeof makeSteps>;

/** Steps by what is fixed in them: a policy that samples again and again compiles its steps once. */
const stepsOf = new Map<string, GenerationSteps>();

/** The steps of a model under given sampling options; parameters are an argument of theirs. */
export function generationSteps(
  config: ModelConfig,
  { temperature, topK, topP }: SamplingOptions,
): GenerationSteps {
  const sampling: SamplingOptions = {
    temperature,
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
  };
  const key = JSON.stringify([config, sampling]);
  const steps = stepsOf.get(key) ?? makeSteps(config, sampling);
  stepsOf.set(key, steps);
  return steps;
}

function makeSteps(config: ModelConfig, sampling: SamplingOptions) {
  /** @param hidden [B, D] */
  const drawn = (params: Params, hidden: tf.Tensor2D, uniforms: tf.Tensor1D) =>
    sampleToken(lmLogits(params, config, hidden), uniforms, sampling);
  const start = jit(
    (params: Params, tokens: tf.Tensor2D, mask: tf.Tensor2D, uniforms: tf.Tensor1D): DecodeState => {
      const { hidden, cache } = prefill(params, config, tokens, mask);
      const [B, P, D] = hidden.shape;
      // Prompts are padded on the left: every one ends in the last column.
      const last = tf.reshape(tf.slice(hidden, [0, P - 1, 0], [B, 1, D]), [B, D]);
      return { ...drawn(params, last as tf.Tensor2D, uniforms), mask: mask.clone(), cache };
    },
  );
  const next = jit(
    (params: Params, { token, mask, cache }: DecodeState, uniforms: tf.Tensor1D): DecodeState => {
      const longer = tf.concat([mask, tf.ones([mask.shape[0], 1])], 1) as tf.Tensor2D;
      const read = decode(params, config, token, longer, cache);
      const hidden = tf.reshape(read.hidden, [token.shape[0], config.hiddenSize]) as tf.Tensor2D;
      return { ...drawn(params, hidden, uniforms), mask: longer, cache: read.cache };
    },
    { donate: [1] },
  );
  const shrink = jit(
    ({ token, logprob, mask, cache }: DecodeState, kept: tf.Tensor1D): DecodeState => ({
      token: tf.gather(token, kept),
      logprob: tf.gather(logprob, kept),
      mask: tf.gather(mask, kept),
      cache: {
        keys: cache.keys.map((layer) => keepRows(layer, kept, mask.shape[0])),
        values: cache.values.map((layer) => keepRows(layer, kept, mask.shape[0])),
      },
    }),
    { donate: [0] },
  );
  return { start, next, shrink };
}

/** Rows of [B·Hkv, S, hd] that belong to the kept sequences. */
function keepRows(layer: tf.Tensor3D, kept: tf.Tensor1D, B: number): tf.Tensor3D {
  const [merged, S, headDim] = layer.shape;
  const perSequence = tf.reshape(layer, [B, merged / B, S, headDim]);
  return tf.reshape(tf.gather(perSequence, kept), [-1, S, headDim]);
}
