/** A compiled program on a device. */
import { DeviceBuffer } from './buffer';
import { ready, waitFor } from './event';
import { Block, copyMemory, keepUntilHere, type Address } from './memory';
import koffi from 'koffi';
import type { Plugin } from './plugin';
import { Struct } from './structs';

/** Bytes that a program needs on its device. */
export interface MemoryUse {
  readonly arguments: number;
  readonly outputs: number;
  /** Of the outputs, what lies in donated arguments. */
  readonly shared: number;
  /** While it runs. */
  readonly temporary: number;
  readonly code: number;
}

const deleter = koffi.proto('void PjrtDeleter(uint64)');

export class Executable {
  private readonly program: Address;
  private readonly outputs: number;
  private readonly options = new Struct('ExecuteOptions');
  private readonly plugin: Plugin;
  private readonly handle: Address;
  private freed = false;

  constructor(plugin: Plugin, handle: Address) {
    this.plugin = plugin;
    this.handle = handle;
    this.program = plugin
      .call(new Struct('LoadedExecutable_GetExecutable', { loaded_executable: handle }))
      .get('executable');
    this.outputs = plugin
      .call(new Struct('Executable_NumOutputs', { executable: this.program }))
      .get('num_outputs');
  }

  /** Runs the program and waits for the device with the thread blocked. */
  runSync(inputs: readonly DeviceBuffer[]): DeviceBuffer[] {
    const { outputs, event } = this.start(inputs);
    waitFor(this.plugin, event);
    return outputs;
  }

  /** Starts the program; the outputs may be passed on at once. @returns `done`, which rejects when the device fails. */
  run(inputs: readonly DeviceBuffer[]): {
    readonly outputs: DeviceBuffer[];
    readonly done: Promise<void>;
  } {
    const { outputs, event } = this.start(inputs);
    return { outputs, done: ready(this.plugin, event) };
  }

  memory(): MemoryUse {
    const stats = this.plugin.call(
      new Struct('Executable_GetCompiledMemoryStats', { executable: this.program }),
    );
    return {
      arguments: stats.get('argument_size_in_bytes'),
      outputs: stats.get('output_size_in_bytes'),
      shared: stats.get('alias_size_in_bytes'),
      temporary: stats.get('temp_size_in_bytes'),
      code: stats.get('generated_code_size_in_bytes'),
    };
  }

  /** The compiled program as bytes, for the plugin and the processor that it was compiled with. */
  serialize(): Uint8Array {
    const args = this.plugin.call(new Struct('Executable_Serialize', { executable: this.program }));
    const bytes = copyMemory(args.get('serialized_bytes'), args.get('serialized_bytes_size'));
    koffi.call(BigInt(args.get('serialized_executable_deleter')), deleter, args.get('serialized_executable'));
    return bytes;
  }

  dispose(): void {
    if (this.freed) return;
    this.freed = true;
    this.plugin.call(new Struct('Executable_Destroy', { executable: this.program }));
    this.plugin.call(new Struct('LoadedExecutable_Destroy', { executable: this.handle }));
  }

  private start(inputs: readonly DeviceBuffer[]): { outputs: DeviceBuffer[]; event: Address } {
    const [ins, outs] = [new Block(8 * inputs.length), new Block(8 * this.outputs)];
    inputs.forEach(({ handle }, i) => ins.setWord(8 * i, handle));
    // One list of arguments, one of outputs and one event a device.
    const [inLists, outLists, events] = [new Block(8), new Block(8), new Block(8)];
    inLists.setWord(0, ins.address);
    outLists.setWord(0, outs.address);
    this.plugin.call(
      new Struct('LoadedExecutable_Execute', {
        executable: this.handle,
        options: this.options.address,
        argument_lists: inLists.address,
        num_devices: 1,
        num_args: inputs.length,
        output_lists: outLists.address,
        device_complete_events: events.address,
      }),
    );
    keepUntilHere(ins, inLists, outLists, inputs);
    const outputs = Array.from(
      { length: this.outputs },
      (_, i) => new DeviceBuffer(this.plugin, outs.getWord(8 * i)),
    );
    return { outputs, event: events.getWord(0) };
  }
}
