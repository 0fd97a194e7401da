/** The tiny model with an adapter that has learnt something: B is random instead of 0. */
import * as tf from '@tensorflow/tfjs';
import type { Adaptable } from '../../../lib/model/lora/adapter';
import { addAdapter } from '../../../lib/model/lora/adapter';
import type { LoraOptions } from '../../../lib/model/lora/config';
import { lmLogits } from '../../../lib/model/heads';
import { hiddenStates } from '../../../lib/model/transformer';
import { createRng } from '../../../lib/random';

/** With numbers for B in place of 0. */
export function learned<M extends Adaptable>(model: M, options: LoraOptions = { loraRank: 3 }): M {
  const rng = createRng('learned');
  const adapted = addAdapter(model, { seed: 1, ...options });
  const params = Object.fromEntries(
    Object.entries(adapted.params).map(([name, tensor]) => [
      name,
      name.endsWith('lora_B.weight')
        ? tf.tensor(rng.fork(name).normals(tensor.size, 0.2), tensor.shape)
        : tensor,
    ]),
  );
  return { ...adapted, params };
}

/** Logits of some tokens. [T·V] */
export function logitsOf({ params, config }: Adaptable): Float32Array {
  return tf.tidy(() => {
    const tokens = tf.tensor2d([[1, 4, 2, 9, 5, 3]], [1, 6], 'int32');
    const hidden = hiddenStates(params, config, tokens, tf.ones([1, 6]));
    return lmLogits(params, config, tf.reshape(hidden, [6, config.hiddenSize])).dataSync() as Float32Array;
  });
}
