/** Engines: the only place that knows their names. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { unknownName } from '../errors';
import { cpuEngine } from './cpu';
import {
  BackendUnavailableError,
  engineNames,
  type Compilations,
  type Engine,
  type EngineName,
  type ProgramMemory,
} from './engine';
import { setFusedAttention } from './fused-attention';
import { setJit } from './jit';
import { setOwnMemory } from './shapes';
import { tensorflowEngine, tensorflowThreads } from './tensorflow';
import { wasmEngine } from './wasm';
import { xlaEngine, xlaOptions, xlaThreads } from './xla/engine';

export {
  BackendUnavailableError,
  engineNames,
  nativeEngines,
  type Compilations,
  type Engine,
  type EngineName,
  type ProgramMemory,
} from './engine';
export { watchCompiling } from './compiling';
export { fusedAttention, hasFusedAttention, type AttentionSizes } from './fused-attention';
export { jit, type JitOptions } from './jit';
export {
  decodingBatches,
  decodingBytes,
  decodingStretch,
  fullLength,
  packedCount,
  packedLengths,
  packedRows,
  paddedCount,
  paddedLength,
  paddedRows,
  shrunkBatch,
} from './shapes';
export { matMulBfloat16 } from './mixed-precision';
export { processorName } from './processor';
export { checkEngine, checkTolerance, type EngineReport } from './check';
export { buildInPlace, cacheDirectory, withFileErrors, type SetupResult } from './setup/cache';
export { setupDefaultEngine } from './setup/default';
export { findProgram, findPython, runProgram } from './setup/programs';
export { setupTensorflow } from './setup/tensorflow';
export { fetchWheels } from './setup/wheel';
export { setupXla } from './setup/xla';
export { barrier, dynamicUpdateSlice, loop, rngBits, stopGradient } from './primitives';

const engines: Readonly<Record<EngineName, Engine>> = {
  tensorflow: tensorflowEngine,
  xla: xlaEngine,
  wasm: wasmEngine,
  cpu: cpuEngine,
};

/** The engine that runs when nobody chooses. */
export const defaultEngine: EngineName = 'xla';

/**
 * The engine that would compute.
 *
 * @param name default: the environment variable `RLHF_KIT_ENGINE`, then {@link defaultEngine}.
 * @throws {InputError} for an unknown name.
 */
export function chosenEngine(name?: string): EngineName {
  return findEngine(name ?? (process.env['RLHF_KIT_ENGINE'] || defaultEngine)).name;
}

/**
 * Starts an engine and makes it the one that computes.
 *
 * @param name default: the environment variable `RLHF_KIT_ENGINE`, then `xla`.
 * @throws {InputError} for an unknown name.
 * @throws {BackendUnavailableError} when the engine cannot be had; another one is never taken in its place.
 *
 * @example
 * ```ts
 * import { useEngine } from 'rlhf-kit';
 *
 * const engine = await useEngine(); // xla, or what RLHF_KIT_ENGINE names
 * console.log(`computing with ${engine}`);
 * ```
 */
export async function useEngine(name?: string): Promise<EngineName> {
  const engine = engines[chosenEngine(name)];
  await engine.start();
  setJit(engine.jit, engine.compiles);
  setOwnMemory(engine.ownMemory?.());
  setFusedAttention(engine.hasAttention);
  return engine.name;
}

/** Threads of each of some processes that share the processor. */
export function threadsEach(processes: number): number {
  return Math.max(1, Math.floor(availableParallelism() / processes));
}

/** Environment of a process whose engine takes so many threads. */
export function takeThreads(threads: number): Record<string, string> {
  return { ...tensorflowThreads(threads), ...xlaThreads(threads) };
}

/** Environment of a process that is to compute on an engine: what the engine must know before the process begins. */
export function engineEnvironment(name: EngineName): Record<string, string> {
  return engines[name].environment?.() ?? {};
}

/** Environment of a process whose engine's compiler takes further options, `name=value` with spaces between them. */
export function compilerOptionsEnvironment(options: string): Record<string, string> {
  return xlaOptions(options);
}

/** What the device of an engine is, as its maker calls it; undefined where it is not told. Starts the engine. */
export async function deviceKind(name: EngineName): Promise<string | undefined> {
  await engines[name].start();
  return engines[name].deviceKind?.();
}

/** Whether an engine can be had on this machine. */
export interface EngineStatus {
  readonly name: EngineName;
  readonly available: boolean;
  /** Version and device, or why it cannot be had. */
  readonly detail: string;
}

/** Starts every engine in turn to see which can be had; the one that computed before computes again afterwards. */
export async function listEngines(): Promise<EngineStatus[]> {
  const before = currentEngine();
  const statuses: EngineStatus[] = [];
  for (const name of engineNames) {
    try {
      await engines[name].start();
      statuses.push({ name, available: true, detail: engines[name].describe() });
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      statuses.push({ name, available: false, detail: error.message });
    }
  }
  // tfjs has none before the first operation.
  if (before) await tf.setBackend(before);
  return statuses;
}

/** The engine of a name. @throws {InputError} for an unknown one. */
export function findEngine(name: string): Engine {
  const engine = engines[name as EngineName];
  if (engine !== undefined) return engine;
  throw unknownName(undefined, 'engine', name, engineNames);
}

/** Programs that the engine that computes has made so far; undefined for one that compiles nothing. */
export function compilations(): Compilations | undefined {
  return (engines as Partial<Record<string, Engine>>)[currentEngine()]?.compilations?.();
}

/** Memory of the programs that the engine that computes has made so far; none for one that compiles nothing. */
export function programMemory(): readonly ProgramMemory[] {
  return (engines as Partial<Record<string, Engine>>)[currentEngine()]?.programMemory?.() ?? [];
}

/** What computes now, e.g. for manifests. */
export function currentEngine(): string {
  return tf.getBackend();
}
