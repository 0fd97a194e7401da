/** What an engine is to the rest of the kit: a name, a way to tell whether it is there, a way to start it. */
import { InputError } from '../errors';
import type { AttentionSizes } from './fused-attention';
import type { Jit } from './jit';

export const engineNames = ['tensorflow', 'xla', 'wasm', 'cpu'] as const;
/** Those that compute with native code, the one that compiles first: worth timing. */
export const nativeEngines = ['xla', 'tensorflow'] as const;
export type EngineName = (typeof engineNames)[number];

/** An engine that was asked for cannot be had on this machine; the message says how to get it. */
export class BackendUnavailableError extends InputError {
  override name = 'BackendUnavailableError';
}

/** Programs of a process: how many, how many of them came from the disk, and how long all that took. */
export interface Compilations {
  readonly programs: number;
  readonly fromDisk: number;
  readonly seconds: number;
}

/** Bytes on the device for a run of a program. */
export interface ProgramMemory {
  readonly arguments: number;
  readonly outputs: number;
  /** Of the outputs, what lies in arguments that were given away. */
  readonly shared: number;
  /** While it runs. */
  readonly temporary: number;
}

export interface Engine {
  readonly name: EngineName;
  /** One line for `doctor`: what it is good for. */
  readonly purpose: string;
  /** Loads the engine and makes it tfjs's backend. @throws {BackendUnavailableError} */
  start(): Promise<void>;
  /** How it runs the steps of training and generation. */
  readonly jit: Jit;
  /** Whether that compiles a program for every shape. */
  readonly compiles: boolean;
  /** Whether its device has attention of these sizes as one operation. */
  readonly hasAttention?: (sizes: AttentionSizes) => boolean;
  /** What a process that computes on it must have in its environment when it begins. */
  readonly environment?: () => Record<string, string>;
  /** Programs made in this process so far, where steps are compiled. */
  readonly compilations?: () => Compilations;
  /** What each of them needs, in the order that they were made in; a program whose plugin does not tell is left out. */
  readonly programMemory?: () => readonly ProgramMemory[];
  /** Version and device, once started. */
  describe(): string;
  /** Once started: bytes of memory that its device has to itself; absent, or undefined, where it shares the processor's. */
  readonly ownMemory?: () => number | undefined;
  /** Once started: what its device is, as the maker calls it, e.g. `NVIDIA H200`; absent for one that does not tell. */
  readonly deviceKind?: () => string;
}
