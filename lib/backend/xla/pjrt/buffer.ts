/** An array on a device. */
import { ready, waitFor } from './event';
import { addressOf, readWords, type Address } from './memory';
import type { Plugin } from './plugin';
import { Struct } from './structs';

/**
 * PJRT_Buffer_Type of the types in use, and the arrays that hold them; half-precision numbers come as their bits, complex ones
 * as two numbers each.
 */
export const elementTypes = {
  bool: { code: 1, array: Uint8Array },
  int32: { code: 4, array: Int32Array },
  uint32: { code: 8, array: Uint32Array },
  float32: { code: 11, array: Float32Array },
  bfloat16: { code: 13, array: Uint16Array },
  complex64: { code: 14, array: Float32Array },
} as const;

export type ElementType = keyof typeof elementTypes;
export type HostArray = Uint8Array | Int32Array | Uint32Array | Float32Array | Uint16Array;

/** Numbers in an array of a shape. */
function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The length of an array that holds numbers of a type in a shape. */
export function lengthOf(type: ElementType, shape: readonly number[]): number {
  return sizeOf(shape) * (type === 'complex64' ? 2 : 1);
}

/** Buffers that were made and not freed, in this process. */
let alive = 0;
export function buffersAlive(): number {
  return alive;
}

/** Frees what nobody holds any more; a net, not a way to free. */
const forgotten = new FinalizationRegistry<{ plugin: Plugin; handle: Address }>(({ plugin, handle }) => {
  free(plugin, handle);
});

function free(plugin: Plugin, handle: Address): void {
  alive--;
  plugin.call(new Struct('Buffer_Destroy', { buffer: handle }));
}

export class DeviceBuffer {
  readonly handle: Address;
  private readonly plugin: Plugin;
  private freed = false;

  constructor(plugin: Plugin, handle: Address) {
    this.plugin = plugin;
    this.handle = handle;
    alive++;
    forgotten.register(this, { plugin, handle }, this);
  }

  get type(): ElementType {
    const code = this.plugin.call(new Struct('Buffer_ElementType', { buffer: this.handle })).get('type');
    const found = (Object.keys(elementTypes) as ElementType[]).find(
      (name) => elementTypes[name].code === code,
    );
    if (found === undefined)
      throw new Error(`xla: a buffer has the element type ${code}, which is not in use`);
    return found;
  }

  get shape(): number[] {
    const args = this.plugin.call(new Struct('Buffer_Dimensions', { buffer: this.handle }));
    return readWords(args.get('dims'), args.get('num_dims'));
  }

  /** Whether a program took it over: only its handle is left. */
  get donated(): boolean {
    return this.plugin.call(new Struct('Buffer_IsDeleted', { buffer: this.handle })).getBoolean('is_deleted');
  }

  /** Where the data lie on the device: a program that takes a donated buffer over writes its result there. */
  get deviceAddress(): Address {
    const args = new Struct('Buffer_UnsafePointer', { buffer: this.handle });
    return this.plugin.call(args).get('buffer_pointer');
  }

  /** The data, waiting for the device with the thread blocked. */
  readSync(): HostArray {
    const host = this.hostArray();
    // Without a byte there is no address to copy to, and the plugin would take the call for a question.
    if (host.length > 0) waitFor(this.plugin, this.copyTo(host));
    return host;
  }

  /** The data, once the device has them. */
  async read(): Promise<HostArray> {
    const host = this.hostArray();
    if (host.length > 0) await ready(this.plugin, this.copyTo(host));
    return host;
  }

  dispose(): void {
    if (this.freed) return;
    this.freed = true;
    forgotten.unregister(this);
    free(this.plugin, this.handle);
  }

  private hostArray(): HostArray {
    return new elementTypes[this.type].array(lengthOf(this.type, this.shape));
  }

  /** Starts a copy. @returns its event. */
  private copyTo(host: HostArray): Address {
    const args = new Struct('Buffer_ToHostBuffer', {
      src: this.handle,
      dst: addressOf(host),
      dst_size: host.byteLength,
    });
    return this.plugin.call(args).get('event');
  }
}
