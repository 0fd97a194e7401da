/** A compiled program on a device. */
import type { ProgramMemory } from '../../engine';
import { DeviceBuffer } from './buffer';
import { PjrtError } from './error';
import { forget, hasHappened, ready, waitFor } from './event';
import { Block, copyMemory, keepUntilHere, type Address } from './memory';
import koffi from 'koffi';
import type { Plugin } from './plugin';
import { Struct } from './structs';

/** A run of a program that has begun; it must be waited for or forgotten. */
export interface Run {
  /** They may be passed on at once. */
  readonly outputs: DeviceBuffer[];
  /** Blocks the thread until the device is done. @throws {PjrtError} when it fails. */
  readonly wait: () => void;
  /** The same while the event loop goes on. */
  readonly done: () => Promise<void>;
  readonly isDone: () => boolean;
  /** What fails shows when the outputs are read. */
  readonly forget: () => void;
}

/** With the bytes of its code. */
export interface MemoryUse extends ProgramMemory {
  readonly code: number;
}

const deleter = koffi.proto('void PjrtDeleter(uint64)');

export class Executable {
  private readonly program: Address;
  private readonly outputs: number;
  private readonly plugin: Plugin;
  private readonly handle: Address;
  private freed = false;
  private temporary: number | undefined;

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
    const run = this.start(inputs);
    run.wait();
    return run.outputs;
  }

  /** Working memory of a run; 0 where the plugin does not tell. */
  temporaryBytes(): number {
    return (this.temporary ??= this.memory()?.temporary ?? 0);
  }

  /** Undefined where the plugin does not tell. */
  memory(): MemoryUse | undefined {
    let stats;
    try {
      stats = this.plugin.call(new Struct('Executable_GetCompiledMemoryStats', { executable: this.program }));
    } catch (error) {
      if (error instanceof PjrtError && error.code === 'UNIMPLEMENTED') return undefined;
      throw error;
    }
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

  /** Starts the program. @param kept numbers of the inputs that are not given away, though the program would take them over. */
  start(inputs: readonly DeviceBuffer[], kept: readonly number[] = []): Run {
    const [ins, outs] = [new Block(8 * inputs.length), new Block(8 * this.outputs)];
    inputs.forEach(({ handle }, i) => ins.setWord(8 * i, handle));
    const keptInputs = new Block(8 * kept.length);
    kept.forEach((input, i) => keptInputs.setWord(8 * i, input));
    const options = new Struct('ExecuteOptions', {
      non_donatable_input_indices: kept.length === 0 ? 0 : keptInputs.address,
      num_non_donatable_input_indices: kept.length,
    });
    // One list of arguments, one of outputs and one event a device.
    const [inLists, outLists, events] = [new Block(8), new Block(8), new Block(8)];
    inLists.setWord(0, ins.address);
    outLists.setWord(0, outs.address);
    this.plugin.call(
      new Struct('LoadedExecutable_Execute', {
        executable: this.handle,
        options: options.address,
        argument_lists: inLists.address,
        num_devices: 1,
        num_args: inputs.length,
        output_lists: outLists.address,
        device_complete_events: events.address,
      }),
    );
    keepUntilHere(ins, inLists, outLists, inputs, keptInputs, options);
    const { plugin } = this;
    const event = events.getWord(0);
    return {
      outputs: Array.from({ length: this.outputs }, (_, i) => new DeviceBuffer(plugin, outs.getWord(8 * i))),
      wait: () => waitFor(plugin, event),
      done: () => ready(plugin, event),
      isDone: () => hasHappened(plugin, event),
      forget: () => forget(plugin, event),
    };
  }
}
