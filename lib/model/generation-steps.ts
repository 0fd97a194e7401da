/** The device side of generation: read the prompts, draw tokens until enough rows are finished, drop finished rows. */
import * as tf from '@tensorflow/tfjs';
import { dynamicUpdateSlice, jit, loop } from '../backend';
import type { ModelConfig } from './config';
import { lmLogits } from './heads';
import type { Params } from './params';
import { sampleToken, type SamplingOptions } from './sampling';
import { decode, prefill, type KvCache } from './transformer';

/** What one stretch of decoding hands to the next; all on the device. */
export interface DecodeState {
  /** The tokens just drawn. [B] int32 */
  readonly token: tf.Tensor1D;
  /** Which rows have drawn a stop token; they go on, and what they draw counts nowhere. [B] bool */
  readonly finished: tf.Tensor1D;
  /** Where in the cache those tokens will be read into. scalar int32 */
  readonly column: tf.Scalar;
  /** 1 = a real token, of the columns in the cache. [B, S] */
  readonly mask: tf.Tensor2D;
  readonly cache: KvCache;
  /** How many tokens of this stretch are drawn. scalar int32 */
  readonly count: tf.Scalar;
  /** What was drawn in this stretch. [B, stretch] int32 */
  readonly tokens: tf.Tensor2D;
  /** Log-probabilities of it, nats. [B, stretch] */
  readonly logprobs: tf.Tensor2D;
}

/** The steps of generation as pure functions, so that an engine may compile them. */
export type GenerationSteps = ReturnType<typeof makeSteps>;

/** Steps by what is fixed in them: a policy that samples again and again compiles its steps once. */
const stepsOf = new Map<string, GenerationSteps>();

/**
 * The steps of a model under given sampling options; parameters are an argument of theirs.
 *
 * @param stretch tokens that are drawn before the cache is made longer; one stretch is one loop on the device.
 */
export function generationSteps(
  config: ModelConfig,
  { temperature, topK, topP }: SamplingOptions,
  stopTokenIds: readonly number[],
  stretch: number,
): GenerationSteps {
  const sampling: SamplingOptions = {
    temperature,
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
  };
  const key = JSON.stringify([config, sampling, stopTokenIds, stretch]);
  const steps = stepsOf.get(key) ?? makeSteps(config, sampling, stopTokenIds, stretch);
  stepsOf.set(key, steps);
  return steps;
}

function makeSteps(
  config: ModelConfig,
  sampling: SamplingOptions,
  stopTokenIds: readonly number[],
  stretch: number,
) {
  /** The next token of every row, written down as number `count` of the stretch. @param hidden [B, D] @param uniforms [B] */
  const draw = (
    params: Params,
    hidden: tf.Tensor2D,
    uniforms: tf.Tensor1D,
    { finished, count, tokens, logprobs }: Pick<DecodeState, 'finished' | 'count' | 'tokens' | 'logprobs'>,
  ) => {
    const { token, logprob } = sampleToken(lmLogits(params, config, hidden), uniforms, sampling);
    const B = token.shape[0];
    return {
      token,
      finished: stopTokenIds.reduce<tf.Tensor1D>(
        (ended, id) => tf.logicalOr(ended, tf.equal(token, tf.scalar(id, 'int32'))),
        finished,
      ),
      count: tf.add(count, tf.scalar(1, 'int32')) as tf.Scalar,
      tokens: dynamicUpdateSlice(tokens, tf.reshape(token, [B, 1]), [0, count]),
      logprobs: dynamicUpdateSlice(logprobs, tf.reshape(logprob, [B, 1]), [0, count]),
    };
  };
  const emptyStretch = (B: number) => ({
    count: tf.scalar(0, 'int32'),
    tokens: tf.zeros([B, stretch], 'int32') as tf.Tensor2D,
    logprobs: tf.zeros([B, stretch]) as tf.Tensor2D,
  });

  /** Reads the prompts and draws the first token of each. @param idle rows that count as finished. [B] bool */
  const start = jit(
    (
      params: Params,
      tokens: tf.Tensor2D,
      mask: tf.Tensor2D,
      idle: tf.Tensor1D,
      uniforms: tf.Tensor1D,
    ): DecodeState => {
      const { hidden, cache } = prefill(params, config, tokens, mask);
      const [B, P, D] = hidden.shape;
      // Prompts are padded on the left: every one ends in the last column.
      const last = tf.reshape(tf.slice(hidden, [0, P - 1, 0], [B, 1, D]), [B, D]) as tf.Tensor2D;
      const drawn = draw(params, last, uniforms, { finished: idle.clone(), ...emptyStretch(B) });
      const { token, finished, ...written } = drawn;
      // In the order of the other steps: a state in another order is another argument, and the step that takes it another program.
      return {
        token,
        finished,
        column: tf.scalar(P, 'int32'),
        ...lengthen(mask, cache, stretch),
        ...written,
      };
    },
  );

  /**
   * Draws until the stretch is full or few rows are left.
   *
   * @param uniforms one number a row and token of the stretch. [B, stretch]
   * @param last stops when so many tokens of the stretch are drawn. scalar int32
   * @param few stops when no more rows than this are unfinished. scalar int32
   */
  const advance = jit(
    (
      params: Params,
      state: DecodeState,
      uniforms: tf.Tensor2D,
      last: tf.Scalar,
      few: tf.Scalar,
    ): DecodeState =>
      loop(
        state,
        ({ finished, count }) => {
          const unfinished = tf.sum(tf.cast(tf.logicalNot(finished), 'int32'));
          return tf.logicalAnd(tf.less(count, last), tf.greater(unfinished, few));
        },
        (now) => {
          const B = now.token.shape[0];
          const mask = dynamicUpdateSlice(now.mask, tf.ones([B, 1]), [0, now.column]);
          const read = decode(params, config, now.token, now.column, mask, now.cache);
          const hidden = tf.reshape(read.hidden, [B, config.hiddenSize]) as tf.Tensor2D;
          const own = tf.reshape(tf.gather(uniforms, now.count, 1), [B]) as tf.Tensor1D;
          const column = tf.add(now.column, tf.scalar(1, 'int32')) as tf.Scalar;
          return { ...now, ...draw(params, hidden, own, now), column, mask, cache: read.cache };
        },
      ),
    { donate: [1] },
  );

  /** Begins the next stretch: a longer cache, nothing drawn yet. */
  const extend = jit(
    ({ token, finished, column, mask, cache }: DecodeState): DecodeState => ({
      token: token.clone(),
      finished: finished.clone(),
      column: column.clone(),
      ...lengthen(mask, cache, stretch),
      ...emptyStretch(token.shape[0]),
    }),
    { donate: [0] },
  );

  /** The state of some of the rows. @param rows [kept] int32 */
  const shrink = jit(
    (state: DecodeState, rows: tf.Tensor1D): DecodeState => {
      const B = state.token.shape[0];
      return {
        token: tf.gather(state.token, rows),
        // Booleans cannot be gathered everywhere.
        finished: tf.cast(tf.gather(tf.cast(state.finished, 'int32'), rows), 'bool'),
        column: state.column.clone(),
        mask: tf.gather(state.mask, rows),
        cache: {
          keys: state.cache.keys.map((layer) => keepRows(layer, rows, B)),
          values: state.cache.values.map((layer) => keepRows(layer, rows, B)),
        },
        count: state.count.clone(),
        tokens: tf.gather(state.tokens, rows),
        logprobs: tf.gather(state.logprobs, rows),
      };
    },
    { donate: [0] },
  );
  return { start, advance, extend, shrink };
}

/** Mask and cache with the columns of one more stretch, free. */
function lengthen(
  mask: tf.Tensor2D,
  { keys, values }: KvCache,
  stretch: number,
): Pick<DecodeState, 'mask' | 'cache'> {
  const longer = (layer: tf.Tensor3D): tf.Tensor3D => tf.pad(layer, [[0, 0], [0, stretch], [0, 0]]); // prettier-ignore
  return {
    mask: tf.pad(mask, [[0, 0], [0, stretch]]), // prettier-ignore
    cache: { keys: keys.map(longer), values: values.map(longer) },
  };
}

/** Rows of [B·Hkv, S, hd] that belong to the kept sequences. */
function keepRows(layer: tf.Tensor3D, rows: tf.Tensor1D, B: number): tf.Tensor3D {
  const [merged, S, headDim] = layer.shape;
  const perSequence = tf.reshape(layer, [B, merged / B, S, headDim]);
  return tf.reshape(tf.gather(perSequence, rows), [-1, S, headDim]);
}
