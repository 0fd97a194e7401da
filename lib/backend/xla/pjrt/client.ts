/** A plugin's devices, and what is put on them: data and programs. */
import { InputError } from '../../../errors';
import { DeviceBuffer, elementTypes, lengthOf, type ElementType, type HostArray } from './buffer';
import { compileOptions, type DebugOption } from './compile-options';
import { PjrtError } from './error';
import { Executable } from './executable';
import {
  addressOf,
  Block,
  blockOf,
  blockOfText,
  keepUntilHere,
  readText,
  readWords,
  type Address,
} from './memory';
import { readNamedValues, writeNamedValues, type ClientOptions, type NamedValue } from './named-values';
import type { Plugin } from './plugin';
import { Struct } from './structs';

export class Client {
  /** The device in use: the first. */
  private readonly device: Address;
  private readonly handle: Address;
  private readonly plugin: Plugin;
  readonly devices: readonly string[];
  /** What the device in use is, as its maker calls it, e.g. `NVIDIA H200`. */
  readonly kind: string;

  /** @param options the plugin's own, e.g. `cpu_device_count`. @throws {PjrtError} e.g. where there is no such device. */
  constructor(plugin: Plugin, options: ClientOptions = {}) {
    this.plugin = plugin;
    const { block, count, referenced } = writeNamedValues(options);
    const args = new Struct('Client_Create', { create_options: block.address, num_options: count });
    this.handle = plugin.call(args).get('client');
    keepUntilHere(block, referenced);
    const found = plugin.call(new Struct('Client_AddressableDevices', { client: this.handle }));
    const devices = readWords(found.get('addressable_devices'), found.get('num_addressable_devices'));
    this.device = devices[0] as Address;
    const descriptions = devices.map((device) =>
      plugin.call(new Struct('Device_GetDescription', { device })).get('device_description'),
    );
    this.devices = descriptions.map((description) => {
      const text = plugin.call(new Struct('DeviceDescription_ToString', { device_description: description }));
      return readText(text.get('to_string'), text.get('to_string_size'));
    });
    const [own] = descriptions as [Address];
    const kind = plugin.call(new Struct('DeviceDescription_Kind', { device_description: own }));
    this.kind = readText(kind.get('device_kind'), kind.get('device_kind_size'));
  }

  get platform(): { readonly name: string; readonly version: string } {
    const name = this.plugin.call(new Struct('Client_PlatformName', { client: this.handle }));
    const version = this.plugin.call(new Struct('Client_PlatformVersion', { client: this.handle }));
    return {
      name: readText(name.get('platform_name'), name.get('platform_name_size')),
      version: readText(version.get('platform_version'), version.get('platform_version_size')),
    };
  }

  /** Bytes in use and bytes that there are on the device in use; undefined where the plugin keeps no account, as for processors. */
  memory(): { readonly used: number; readonly limit: number } | undefined {
    try {
      const stats = this.plugin.call(new Struct('Device_MemoryStats', { device: this.device }));
      return stats.getBoolean('bytes_limit_is_set')
        ? { used: stats.get('bytes_in_use'), limit: stats.get('bytes_limit') }
        : undefined;
    } catch (error) {
      if (error instanceof PjrtError && error.code === 'UNIMPLEMENTED') return undefined;
      throw error;
    }
  }

  /**
   * Copies an array to the device; it may be changed as soon as this returns.
   *
   * @throws {InputError} when the array's size is not the shape's.
   */
  put(data: HostArray, type: ElementType, shape: readonly number[]): DeviceBuffer {
    const expected = lengthOf(type, shape) * elementTypes[type].array.BYTES_PER_ELEMENT;
    if (data.byteLength !== expected) {
      throw new InputError(
        `xla: ${type}[${shape.join(',')}] needs ${expected} bytes, got ${data.byteLength}`,
      );
    }
    const dims = new Block(8 * shape.length);
    shape.forEach((extent, axis) => dims.setWord(8 * axis, extent));
    const args = this.plugin.call(
      new Struct('Client_BufferFromHostBuffer', {
        client: this.handle,
        data: addressOf(data),
        type: elementTypes[type].code,
        dims: dims.address,
        num_dims: shape.length,
        // 0: the array is read before the call returns.
        host_buffer_semantics: 0,
        device: this.device,
      }),
    );
    keepUntilHere(data, dims);
    this.plugin.call(new Struct('Event_Destroy', { event: args.get('done_with_host_buffer') }));
    return new DeviceBuffer(this.plugin, args.get('buffer'));
  }

  /** Compiles a StableHLO module with a function `main`. @throws {PjrtError} with line and column of what is wrong. */
  compile(module: string, options: Readonly<Record<string, DebugOption>> = {}): Executable {
    const { args, referenced } = this.compileArgs(module, options);
    const executable = this.plugin.call(args).get('executable');
    keepUntilHere(referenced);
    return new Executable(this.plugin, executable);
  }

  /** The same on a thread of its own. */
  async compileAsync(
    module: string,
    options: Readonly<Record<string, DebugOption>> = {},
  ): Promise<Executable> {
    const { args, referenced } = this.compileArgs(module, options);
    await this.plugin.callAsync(args);
    keepUntilHere(referenced);
    return new Executable(this.plugin, args.get('executable'));
  }

  /** A program that {@link Executable.serialize} wrote. */
  load(bytes: Uint8Array): Executable {
    const block = blockOf(bytes);
    const args = this.plugin.call(
      new Struct('Executable_DeserializeAndLoad', {
        client: this.handle,
        serialized_executable: block.address,
        serialized_executable_size: bytes.length,
      }),
    );
    keepUntilHere(block);
    return new Executable(this.plugin, args.get('loaded_executable'));
  }

  dispose(): void {
    this.plugin.call(new Struct('Client_Destroy', { client: this.handle }));
  }

  private compileArgs(module: string, options: Readonly<Record<string, DebugOption>>) {
    const code = blockOfText(module);
    const format = blockOfText('mlir');
    const bytes = compileOptions(options);
    const optionsBlock = blockOf(bytes);
    const program = new Struct('Program', {
      code: code.block.address,
      code_size: code.length,
      format: format.block.address,
      format_size: format.length,
    });
    const args = new Struct('Client_Compile', {
      client: this.handle,
      program: program.address,
      compile_options: optionsBlock.address,
      compile_options_size: bytes.length,
    });
    return { args, referenced: [code.block, format.block, optionsBlock, program] };
  }
}

/** What a plugin says of itself, e.g. which versions of StableHLO it reads. */
export function pluginAttributes(plugin: Plugin): Record<string, NamedValue> {
  const args = plugin.call(new Struct('Plugin_Attributes'));
  return readNamedValues(args.get('attributes'), args.get('num_attributes'));
}
