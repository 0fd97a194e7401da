/** Some of tfjs-core's tests read a tensor and end before the numbers are there, with an expectation that comes later. */
import type * as tf from '@tensorflow/tfjs';

/**
 * Watches an engine's reads from now on.
 *
 * @returns waits until none is under way, those included that the numbers of the first ones lead to.
 */
export function watchReads(backend: Pick<tf.KernelBackend, 'read'>): () => Promise<void> {
  const pending = new Set<Promise<unknown>>();
  const read = backend.read.bind(backend);
  backend.read = (dataId) => {
    const values = read(dataId);
    const forget = (): void => void pending.delete(values);
    pending.add(values);
    values.then(forget, forget);
    return values;
  };
  return async () => {
    do {
      await Promise.allSettled(pending);
      // Whatever waits for the numbers goes on before the next turn of the event loop.
      await new Promise<void>((resolve) => setImmediate(resolve));
    } while (pending.size > 0);
  };
}
