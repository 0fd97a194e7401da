/** Operations that run on the host, as tfjs's plain engine computes them: those that have no compiled form, and all on text. */
import * as tf from '@tensorflow/tfjs';
import { deviceTensors } from './tensors';
import type { HostRunner } from './trace/register';

/** Runs a kernel on copies of the tensors. */
export const runOnHost: HostRunner = (kernelName, inputs, attributes) => {
  const backend = tf.findBackend('cpu');
  const kernel = tf.getKernel(kernelName, 'cpu');
  if ((kernel ?? undefined) === undefined) throw new Error(`xla: there is no ${kernelName} on text`);
  const copies: tf.TensorInfo[] = [];
  const copy = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => {
    const copied = backend.write(deviceTensors.readSync(dataId), shape, dtype);
    // Some kernels ask for the rank, as if they were given a whole tensor.
    const info = { dataId: copied, shape, dtype, rank: shape.length };
    copies.push(info);
    return info;
  };
  const given = Object.entries(inputs).map(
    ([name, tensor]) => [name, Array.isArray(tensor) ? tensor.map(copy) : copy(tensor)] as const,
  );
  const isList = '0' in inputs;
  const results = kernel.kernelFunc({
    inputs: (isList ? given.map(([, tensor]) => tensor) : Object.fromEntries(given)) as tf.NamedTensorInfoMap,
    backend,
    attrs: attributes as unknown as tf.NamedAttrMap,
  });
  const toDevice = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({
    dataId: deviceTensors.write(backend.readSync(dataId) as tf.backend_util.BackendValues, shape, dtype),
    shape,
    dtype,
  });
  const moved = Array.isArray(results) ? results.map(toDevice) : toDevice(results);
  for (const { dataId } of [...copies, ...[results].flat()]) backend.disposeData(dataId);
  return moved;
};

/** Whether an operation has text among its tensors. */
export function hasText(
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attributes: Readonly<Record<string, unknown>>,
): boolean {
  return attributes['dtype'] === 'string' || Object.values(inputs).some(({ dtype }) => dtype === 'string');
}
