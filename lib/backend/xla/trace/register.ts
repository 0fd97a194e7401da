/** Makes the kernels those of a backend of tfjs. */
import * as tf from '@tensorflow/tfjs';
import type { Attributes, Emitter } from './kernel';
import { kernels } from './kernels';
import { notCompiled } from './not-compiled';

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

/** Kernels of ragged tensors have lists among their inputs. */
export type HostInputs = Readonly<Record<string, tf.TensorInfo | tf.TensorInfo[]>>;

/** What a backend does with a kernel: the inputs are those that were given. */
export type KernelRunner = (
  kernelName: string,
  emit: Emitter,
  inputs: Inputs,
  attributes: Attributes,
) => tf.TensorInfo | tf.TensorInfo[];

/** What it does with one that has no compiled form. */
export type HostRunner = (
  kernelName: string,
  inputs: HostInputs,
  attributes: Attributes,
) => tf.TensorInfo | tf.TensorInfo[];

export function registerKernels(backendName: string, run: KernelRunner, runOnHost: HostRunner): void {
  const register = (
    kernelName: string,
    runGiven: (inputs: Inputs, attributes: Attributes) => tf.TensorInfo | tf.TensorInfo[],
  ): void =>
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const given = Object.entries(inputs as tf.NamedTensorInfoMap).filter(([, tensor]) => tensor);
        return runGiven(Object.fromEntries(given) as Inputs, (attrs ?? {}) as unknown as Attributes);
      },
    });
  for (const [name, emit] of Object.entries(kernels))
    register(name, (inputs, attributes) => run(name, emit, inputs, attributes));
  for (const name of Object.keys(notCompiled))
    register(name, (inputs, attributes) => runOnHost(name, inputs, attributes));
}
