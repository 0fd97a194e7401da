/** Random weights for models of any size at once: to draw them one by one would take longer than what is timed. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../model/config';
import { paramShapes, type Params } from '../model/params';
import type { Rng } from '../random';

/** No width of a model divides it, so that no two rows are alike. */
const drawn = 1_000_003;

/** Normal with standard deviation 1/√inputs, norms 1: one stretch of numbers, repeated through all matrices. */
export function repeatedParams(config: ModelConfig, rng: Rng): Params {
  const normals = rng.normals(drawn, 1);
  let next = 0;
  const take = (count: number, std: number): Float32Array => {
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      numbers[i] = (normals[next] as number) * std;
      next = next + 1 === drawn ? 0 : next + 1;
    }
    return numbers;
  };
  return Object.fromEntries(
    Array.from(paramShapes(config), ([name, shape]): [string, tf.Tensor] => {
      const [outputs, inputs] = shape as [number, number?];
      if (inputs === undefined) return [name, tf.ones(shape)];
      return [name, tf.tensor(take(outputs * inputs, 1 / Math.sqrt(inputs)), shape, 'float32')];
    }),
  );
}
