/** Makes the kernels those of a backend of tfjs. */
import * as tf from '@tensorflow/tfjs';
import type { Attributes, Emitter } from './kernel';
import { kernels } from './kernels';

/** What a backend does with a kernel: the inputs are those that were given. */
export type KernelRunner = (
  kernelName: string,
  emit: Emitter,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attributes: Attributes,
) => tf.TensorInfo | tf.TensorInfo[];

export function registerKernels(backendName: string, run: KernelRunner): void {
  for (const [kernelName, emit] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const given = Object.entries(inputs as tf.NamedTensorInfoMap).filter(([, tensor]) => tensor);
        return run(
          kernelName,
          emit,
          Object.fromEntries(given) as Record<string, tf.TensorInfo>,
          (attrs ?? {}) as unknown as Attributes,
        );
      },
    });
  }
}
