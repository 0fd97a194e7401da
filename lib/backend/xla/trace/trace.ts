/** Runs a function of tensors once, on values that are known by shape and type only, and writes what it does as one program. */
import * as tf from '@tensorflow/tfjs';
import type { Attributes } from './kernel';
import { kernels } from './kernels';
import { Program, type DType, type Value } from './program';

const backendName = 'xla-trace';

/** What a tensor is while a program is written: a value of it, or numbers that the function brought along. */
type Entry = { readonly program: Program; readonly value: Value } | { readonly numbers: ArrayLike<number> };

/** The program that is being written. */
let current: Program | undefined;

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
    this.entries.set(id, { numbers: (numbers as Float32Array).slice() });
  }

  /** A tensor for a value. */
  tensorOf(value: Value): tf.TensorInfo {
    const dataId = {};
    this.entries.set(dataId, { program: current as Program, value });
    return { dataId, shape: [...value.shape], dtype: value.dtype };
  }

  /** The value of a tensor, in its own shape: a reshaped tensor may share the data of another. */
  valueIn({ dataId, shape, dtype }: tf.TensorInfo): Value {
    const entry = this.entries.get(dataId);
    const program = current as Program;
    if (entry === undefined)
      throw new Error('xla: a step used a tensor that was disposed, or that no step made');
    if ('numbers' in entry) return program.constant(entry.numbers, shape, dtype as DType);
    if (entry.program !== program)
      throw new Error('xla: a step used a tensor of another step that was being traced');
    return program.reshape(entry.value, shape);
  }

  override readSync(): never {
    throw new Error(
      `xla: a step reads a value while it is traced, at ${userPlace()}: make the decision outside, or compute with the tensor`,
    );
  }

  override read(): Promise<never> {
    return Promise.reject(new Error(`xla: a step reads a value while it is traced, at ${userPlace()}`));
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
    for (const [kernelName, emit] of Object.entries(kernels)) {
      tf.registerKernel({
        kernelName,
        backendName,
        kernelFunc: ({ inputs, attrs }) => {
          const values = Object.entries(inputs as tf.NamedTensorInfoMap)
            .filter(([, tensor]) => tensor !== undefined && tensor !== null)
            .map(([name, tensor]) => [name, backend.valueIn(tensor as tf.TensorInfo)] as const);
          const written = emit(
            current as Program,
            Object.fromEntries(values),
            (attrs ?? {}) as unknown as Attributes,
          );
          return Array.isArray(written)
            ? (written as Value[]).map((value) => backend.tensorOf(value))
            : backend.tensorOf(written as Value);
        },
      });
    }
  }
  // Done at once for a backend that is made without waiting.
  void tf.setBackend(backendName);
}

/** Shape and type of an argument; `donatedTo`: the result that may take over its memory. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly donatedTo?: number;
}

export interface Traced {
  /** The StableHLO module. */
  readonly text: string;
  readonly results: readonly Value[];
}

/**
 * @param fn pure: it reads no value and takes no decision on one. tfjs's gradients may be taken in it.
 * @throws {Error} when it does read a value, naming the place, or when it uses a kernel that cannot be written.
 */
export function trace(
  fn: (...tensors: tf.Tensor[]) => tf.Tensor[],
  parameters: readonly Parameter[],
): Traced {
  if (current !== undefined) throw new Error('xla: a step is traced inside another that is traced');
  const before = tf.getBackend();
  const program = new Program();
  current = program;
  useTraceBackend();
  try {
    const results: Value[] = [];
    tf.tidy(() => {
      const tensors = parameters.map(({ shape, dtype, donatedTo }) =>
        tf.engine().makeTensorFromTensorInfo(backend.tensorOf(program.parameter(shape, dtype, donatedTo))),
      );
      results.push(...fn(...tensors).map((tensor) => backend.valueIn(tensor)));
    });
    return { text: program.text(results), results };
  } finally {
    current = undefined;
    if (before) void tf.setBackend(before);
  }
}

/** The first place on the stack that is neither tfjs's nor this file's. */
function userPlace(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  const own = lines.find((line) => !/@tensorflow|tfjs-core/.test(line) && !line.includes(__filename));
  return own?.trim().replace(/^at /, '') ?? 'an unknown place';
}
