/** Operations that run on the host, as tfjs's plain engine computes them: those that have no compiled form, and all on text. */
import * as tf from '@tensorflow/tfjs';
import { deviceTensors } from './tensors';
import type { HostRunner } from './trace/register';

/** Runs a kernel on copies of the tensors. */
export const runOnHost: HostRunner = (kernelName, inputs, attributes) => {
  const backend = tf.findBackend('cpu');
  const kernel = tf.getKernel(kernelName, 'cpu');
  if ((kernel ?? undefined) === undefined) throw new Error(`xla: there is no ${kernelName} on text`);
  const copies = Object.entries(inputs).map(([name, { dataId, shape, dtype }]) => {
    const copy = backend.write(deviceTensors.readSync(dataId), shape, dtype);
    return [name, { dataId: copy, shape, dtype }] as const;
  });
  const isList = '0' in inputs;
  const results = kernel.kernelFunc({
    inputs: (isList ? copies.map(([, copy]) => copy) : Object.fromEntries(copies)) as tf.NamedTensorInfoMap,
    backend,
    attrs: attributes as unknown as tf.NamedAttrMap,
  });
  const toDevice = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({
    dataId: deviceTensors.write(backend.readSync(dataId) as tf.backend_util.BackendValues, shape, dtype),
    shape,
    dtype,
  });
  const moved = Array.isArray(results) ? results.map(toDevice) : toDevice(results);
  for (const { dataId } of [...copies.map(([, copy]) => copy), ...[results].flat()]) backend.disposeData(dataId);
  return moved;
};

/** Whether an operation has text among its tensors. */
export function hasText(
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attributes: Readonly<Record<string, unknown>>,
): boolean {
  return attributes['dtype'] === 'string' || Object.values(inputs).some(({ dtype }) => dtype === 'string');
}
