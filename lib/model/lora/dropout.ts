/** Dropout before an adapter: its random bits are made in the step from a key that comes with the batch. */
import * as tf from '@tensorflow/tfjs';
import { rngBits } from '../../backend';
import type { Rng } from '../../random';
import type { ModelConfig } from '../config';
import type { Params } from '../params';

/** Where the key of a batch stands among the parameters; without one nothing is left out. */
const keyName = 'lora.dropout_key';

/** A batch with what the loss reads beside the parameters. */
export type Dropped<B> = B & { readonly dropout?: Params };

/**
 * The batches of a step, each with the key of its dropout; as they are where the adapter has none. Who disposes the batches disposes
 * the keys.
 *
 * @param rng of the step.
 */
export function withDropout<B>(
  batches: readonly B[],
  { lora }: Pick<ModelConfig, 'lora'>,
  rng: Rng,
): readonly Dropped<B>[] {
  if (lora === undefined || lora.dropout === 0) return batches as readonly Dropped<B>[];
  return batches.map((batch, i) => {
    const own = rng.fork(i);
    const key = tf.tensor1d([own.integer(2 ** 30), own.integer(2 ** 30)], 'int32');
    return { ...batch, dropout: { [keyName]: key } };
  });
}

/**
 * x with a random share p left out and the rest multiplied by 1/(1 − p); x itself where the parameters hold no key.
 *
 * @param layer each has bits of its own.
 */
export function dropOut(params: Params, layer: string, x: tf.Tensor2D, share: number): tf.Tensor2D {
  const key = params[keyName];
  if (key === undefined) return x;
  // Bits are uniform over all 32-bit integers: this share of them lies below the bound.
  const bound = Math.round((share - 0.5) * 2 ** 32);
  const own = tf.add(key, tf.tensor1d([0, numberOf(layer)], 'int32')) as tf.Tensor1D;
  const kept = tf.greaterEqual(rngBits(own, x.shape), tf.scalar(bound, 'int32'));
  return tf.mul(x, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - share)));
}

/** A number below 2³⁰ for each layer's name. */
function numberOf(layer: string): number {
  let sum = 0;
  for (const letter of layer) sum = (Math.imul(sum, 31) + letter.charCodeAt(0)) & 0x3fffffff;
  return sum;
}
