/** Operations outside of steps: each runs as a program of its own, compiled once for its shapes. */
import type * as tf from '@tensorflow/tfjs';
import { typeText } from '../../tensor/pytree';
import { compile, device } from './device';
import { hasText, runOnHost } from './host';
import type { Executable } from './pjrt/executable';
import { deviceTensors } from './tensors';
import type { Attributes, Emitter } from './trace/kernel';
import type { KernelRunner } from './trace/register';
import { Program } from './trace/program';
import type { DType, Value } from './trace/value';

interface Operation {
  readonly executable: Executable;
  readonly results: readonly Value[];
  /** Whether the emitter gave a list: some kernels do, even of one. */
  readonly isList: boolean;
}

/** Each program takes some ten mappings of memory, and the system allows a process 65,530; steps need the rest. */
const mostOperations = 2000;

/** The one that was used last at the end. */
const operations = new Map<string, Operation>();

function keepRecent(key: string, operation: Operation): void {
  operations.delete(key);
  operations.set(key, operation);
  if (operations.size <= mostOperations) return;
  const [oldest, { executable }] = operations.entries().next().value as [string, Operation];
  operations.delete(oldest);
  executable.dispose();
}

/** Operations that leave numbers and shape as they are. */
function changesNothing(name: string, x: tf.TensorInfo | undefined, attributes: Attributes): boolean {
  return name === 'Identity' || (name === 'Cast' && x?.dtype === attributes['dtype']);
}

/** Runs a kernel on tensors of the device. */
export const runOperation: KernelRunner = (name, emit, inputs, attributes) => {
  const named = Object.entries(inputs);
  const first = named[0]?.[1];
  if (first !== undefined && changesNothing(name, first, attributes)) return deviceTensors.share(first);
  if (hasText(inputs, attributes)) return runOnHost(name, inputs, attributes);
  const types = named.map(([input, tensor]) => `${input}:${typeText(tensor)}`);
  const key = `${name}(${types.join(' ')})${JSON.stringify(attributes, spellNumber)}`;
  const operation = operations.get(key) ?? make(name, emit, named, attributes);
  keepRecent(key, operation);
  const run = operation.executable.start(named.map(([, tensor]) => deviceTensors.bufferOf(tensor)));
  run.forget();
  const tensors = run.outputs.map((buffer, i) =>
    deviceTensors.tensorOf(buffer, operation.results[i] as Value),
  );
  return operation.isList ? tensors : (tensors[0] as tf.TensorInfo);
};

/** JSON has no word for numbers that are not finite, nor for −0. */
function spellNumber(_: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${Object.is(value, -0) ? '-0' : value}`
    : value;
}

function make(
  kernel: string,
  emit: Emitter,
  inputs: readonly (readonly [string, tf.TensorInfo])[],
  attributes: Attributes,
): Operation {
  const program = new Program(device().isProcessor);
  const values = inputs.map(
    ([name, { shape, dtype }]) => [name, program.parameter(shape, dtype as DType)] as const,
  );
  const written = emit(program, Object.fromEntries(values), attributes);
  const isList = Array.isArray(written);
  const results = (isList ? written : [written]) as readonly Value[];
  return { executable: compile(program.text(results), kernel), results, isList };
}
