/** tfjs's tensors on the device: each one's numbers lie in a buffer. */
import * as tf from '@tensorflow/tfjs';
import { device } from './device';
import { buffersAlive, elementTypes, type DeviceBuffer } from './pjrt/buffer';
import type { DType, Value } from './trace/value';

type Numbers = Float32Array | Int32Array | Uint8Array;

interface Entry {
  /** Text has no place on the device: it stays with the process. */
  readonly held: DeviceBuffer | Uint8Array[];
  readonly shape: readonly number[];
  /** Tensors that share the buffer. */
  references: number;
}

class DeviceTensors extends tf.KernelBackend {
  private readonly entries: tf.DataStorage<Entry>;

  constructor() {
    super();
    this.entries = new tf.DataStorage<Entry>(this, tf.engine());
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    const held =
      dtype === 'string'
        ? (values as Uint8Array[])
        : device().client.put(hostArray(values, dtype), dtype as DType, shape);
    this.entries.set(dataId, { held, shape: [...shape], references });
  }

  /** A tensor for a buffer, which it owns from now on. */
  tensorOf(buffer: DeviceBuffer, { shape, dtype }: Pick<Value, 'shape' | 'dtype'>): tf.TensorInfo {
    const dataId = {};
    this.entries.set(dataId, { held: buffer, shape, references: 1 });
    return { dataId, shape: [...shape], dtype: dtype as DType };
  }

  /** A further tensor of the same numbers. */
  share({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
    this.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** The buffer of a tensor, in the tensor's shape; the tensor stays its owner. */
  bufferOf({ dataId, shape, dtype }: tf.TensorInfo): DeviceBuffer {
    const entry = this.entries.get(dataId);
    const { held } = entry;
    if (Array.isArray(held)) throw new Error('xla: the device computes with numbers, not with text');
    if (tf.util.arraysEqual([...entry.shape], shape)) return held;
    // Tensors that came from another engine may share numbers and differ in shape.
    const numbers = held.readSync() as Numbers;
    held.dispose();
    this.entries.delete(dataId);
    this.move(dataId, numbers, shape, dtype, entry.references);
    return this.entries.get(dataId).held as DeviceBuffer;
  }

  /** Whether a tensor's numbers are nobody else's: only then may a step use them up. */
  isOnlyOwner({ dataId }: tf.TensorInfo): boolean {
    return this.entries.get(dataId).references === 1;
  }

  override readSync(dataId: tf.DataId): tf.backend_util.BackendValues {
    const { held } = this.entries.get(dataId);
    return Array.isArray(held) ? held : (held.readSync() as Numbers);
  }

  override read(dataId: tf.DataId): Promise<tf.backend_util.BackendValues> {
    const { held } = this.entries.get(dataId);
    return Array.isArray(held) ? Promise.resolve(held) : (held.read() as Promise<Numbers>);
  }

  override numDataIds(): number {
    return this.entries.numDataIds();
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.entries.has(dataId)) return true;
    const entry = this.entries.get(dataId);
    entry.references--;
    if (!force && entry.references > 0) return false;
    this.entries.delete(dataId);
    if (!Array.isArray(entry.held)) entry.held.dispose();
    return true;
  }

  /** Forgets a tensor whose buffer a program took over. @returns the handle that is left of it. */
  release({ dataId }: tf.TensorInfo): DeviceBuffer {
    const { held } = this.entries.get(dataId);
    this.entries.delete(dataId);
    return held as DeviceBuffer;
  }

  override incRef(dataId: tf.DataId): void {
    this.entries.get(dataId).references++;
  }

  override refCount(dataId: tf.DataId): number {
    return this.entries.has(dataId) ? this.entries.get(dataId).references : 0;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return true;
  }

  override time(run: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    run();
    return Promise.resolve({ kernelMs: performance.now() - start });
  }

  override memory(): { unreliable: boolean; buffers: number } {
    return { unreliable: false, buffers: buffersAlive() };
  }

  override dispose(): void {}
}

/** Values as the device takes them. */
function hostArray(values: tf.backend_util.BackendValues, dtype: Exclude<tf.DataType, 'string'>): Numbers {
  const wanted = elementTypes[dtype].array;
  return values instanceof wanted ? values : wanted.from(values as ArrayLike<number>);
}

export const deviceTensors = new DeviceTensors();
