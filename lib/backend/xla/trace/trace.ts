/** Runs a function of tensors once, on values that are known by shape and type only, and writes what it does as one program. */
import * as tf from '@tensorflow/tfjs';
import { stackDepth, userPlace } from './place';
import { Program } from './program';
import { alike, type DType, type Value } from './value';
import { notCompiled } from './not-compiled';
import { registerKernels, type HostRunner, type KernelRunner } from './register';

const backendName = 'xla-trace';

type Numbers = Float32Array | Int32Array | Uint8Array;

/** What a tensor is while a program is written: a value of it, or numbers that the function brought along. */
type Entry = { readonly program: Program; readonly value: Value } | { readonly numbers: Numbers };

/** More numbers than this do not stand in the program's text: they are put on the device once. */
const mostLiterals = 256;

/** A parameter that the function's own parameters are followed by: numbers, or a tensor that was made outside of the step. */
export type Hoisted =
  | { readonly numbers: Numbers; readonly shape: readonly number[]; readonly dtype: DType }
  | { readonly tensor: tf.TensorInfo };

/** The program that is being written, and what was found to be a further parameter of it. */
let current: { readonly program: Program; readonly hoisted: Map<object, [Hoisted, Value]> } | undefined;

/** Whether a step is being traced. */
export function tracing(): boolean {
  return current !== undefined;
}

function now(): NonNullable<typeof current> {
  if (current === undefined) throw new Error('xla: a tensor of a step is used after the step was traced');
  return current;
}

/** tfjs's side of it: keeps what each tensor stands for. */
class TraceBackend extends tf.KernelBackend {
  private readonly entries = new WeakMap<object, Entry>();

  override write(numbers: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const id = {};
    this.move(id, numbers, shape, dtype);
    return id;
  }

  override move(id: tf.DataId, numbers: tf.backend_util.BackendValues, _: number[], dtype: tf.DataType) {
    if (dtype === 'string' || dtype === 'complex64')
      throw new Error(`xla: a step cannot hold a ${dtype} tensor`);
    // Copied: the caller may use the array again before the program is written.
    this.entries.set(id, { numbers: (numbers as Numbers).slice() });
  }

  /** A tensor for a value. */
  tensorOf(value: Value): tf.TensorInfo {
    const dataId = {};
    this.entries.set(dataId, { program: now().program, value });
    return { dataId, shape: [...value.shape], dtype: value.dtype as DType };
  }

  /** The value of a tensor, in its own shape: a reshaped tensor may share the data of another. */
  valueIn(tensor: tf.TensorInfo): Value {
    const { dataId, shape } = tensor;
    const dtype = tensor.dtype as DType;
    const { program } = now();
    const entry = this.entries.get(dataId);
    if (entry === undefined) return program.reshape(this.hoist(dataId, { tensor }), shape);
    if ('numbers' in entry) {
      const { numbers } = entry;
      if (numbers.length <= mostLiterals || alike(numbers)) return program.constant(numbers, shape, dtype);
      return program.reshape(this.hoist(dataId, { numbers, shape, dtype }), shape);
    }
    if (entry.program !== program)
      throw new Error('xla: a step uses a tensor of another step that was traced');
    return program.reshape(entry.value, shape);
  }

  private hoist(dataId: object, hoisted: Hoisted): Value {
    const { program, hoisted: all } = now();
    const found = all.get(dataId);
    if (found !== undefined) return found[1];
    const { shape, dtype } = 'tensor' in hoisted ? hoisted.tensor : hoisted;
    const value = program.parameter(shape, dtype as DType);
    all.set(dataId, [hoisted, value]);
    return value;
  }

  override readSync(): never {
    throw new Error(
      `xla: a step reads a value while it is traced, at ${userPlace(new Error().stack)}: make the decision outside, or compute with the tensor`,
    );
  }

  override read(): Promise<never> {
    return Promise.reject(
      new Error(`xla: a step reads a value while it is traced, at ${userPlace(new Error().stack)}`),
    );
  }

  override numDataIds(): number {
    return 0;
  }

  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {}

  override refCount(): number {
    return 1;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override dispose(): void {}
}

const backend = new TraceBackend();

/** Registered on first use: until then tfjs knows nothing of it. */
function useTraceBackend(): void {
  if (tf.findBackend(backendName) === null) {
    tf.registerBackend(backendName, () => backend, 0);
    registerKernels(backendName, writeKernel, refuseKernel);
    tf.registerKernel({ kernelName: 'While', backendName, kernelFunc: writeLoop });
  }
  // Done at once for a backend that is made without waiting.
  void tf.setBackend(backendName);
}

const writeKernel: KernelRunner = (_, emit, inputs, attributes) => {
  const values = Object.entries(inputs).map(([name, tensor]) => [name, backend.valueIn(tensor)] as const);
  const written = emit(now().program, Object.fromEntries(values), attributes);
  return Array.isArray(written)
    ? (written as Value[]).map((value) => backend.tensorOf(value))
    : backend.tensorOf(written as Value);
};

const refuseKernel: HostRunner = (name) => {
  throw new Error(
    `xla: a step cannot use the kernel ${name}, at ${userPlace(new Error().stack)}: ${notCompiled[name]}; call it outside of the step`,
  );
};

/** A loop's condition and body are functions of tensors: they are traced into the program where they stand. */
function writeLoop({ inputs, attrs }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo[] {
  const { condition, body } = attrs as unknown as {
    condition: (tensors: tf.Tensor[]) => tf.Tensor;
    body: (tensors: tf.Tensor[]) => tf.Tensor[];
  };
  const tensorsOf = (values: readonly Value[]): tf.Tensor[] =>
    values.map((value) => tf.engine().makeTensorFromTensorInfo(backend.tensorOf(value)));
  const initial = Object.keys(inputs as tf.NamedTensorInfoMap)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => backend.valueIn((inputs as tf.NamedTensorInfoMap)[key] as tf.TensorInfo));
  const last = now().program.loop(
    initial,
    (values) => backend.valueIn(condition(tensorsOf(values))),
    (values) => body(tensorsOf(values)).map((tensor) => backend.valueIn(tensor)),
  );
  return last.map((value) => backend.tensorOf(value));
}

/** Shape and type of an argument. */
export type Parameter = Pick<Value, 'shape' | 'dtype'>;

export interface Traced {
  readonly program: Program;
  readonly results: readonly Value[];
  /** The program's parameters after those asked for. */
  readonly hoisted: readonly Hoisted[];
}

/**
 * @param forProcessor whether XLA's compiler for processors is to read the program.
 * @param fn pure: it reads no value and takes no decision on one. tfjs's gradients may be taken in it.
 * @throws {Error} when it does read a value, naming the place, or when it uses a kernel that cannot be written.
 */
export function trace(
  fn: (...tensors: tf.Tensor[]) => readonly tf.Tensor[],
  parameters: readonly Parameter[],
  forProcessor = true,
): Traced {
  if (current !== undefined) throw new Error('xla: a step is traced inside another that is traced');
  const before = tf.getBackend();
  const program = new Program(forProcessor);
  const hoisted = new Map<object, [Hoisted, Value]>();
  current = { program, hoisted };
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(depth, stackDepth);
  useTraceBackend();
  try {
    const results: Value[] = [];
    tf.tidy(() => {
      const tensors = parameters.map(({ shape, dtype }) =>
        tf.engine().makeTensorFromTensorInfo(backend.tensorOf(program.parameter(shape, dtype))),
      );
      results.push(...fn(...tensors).map((tensor) => backend.valueIn(tensor)));
    });
    return { program, results, hoisted: Array.from(hoisted.values(), ([what]) => what) };
  } finally {
    current = undefined;
    Error.stackTraceLimit = depth;
    if (before) void tf.setBackend(before);
  }
}
