/** Engines: the only place that knows their names. */
import * as tf from '@tensorflow/tfjs';
import { InputError, nearMatch } from '../errors';
import { cpuEngine } from './cpu';
import { engineNames, type Engine, type EngineName } from './engine';
import { tensorflowEngine } from './tensorflow';
import { wasmEngine } from './wasm';

export { BackendUnavailableError, engineNames, type Engine, type EngineName } from './engine';
export { jit, type JitOptions } from './jit';

const engines: Readonly<Record<EngineName, Engine>> = {
  tensorflow: tensorflowEngine,
  wasm: wasmEngine,
  cpu: cpuEngine,
};

/** The engine that runs when nobody chooses. */
export const defaultEngine: EngineName = 'tensorflow';

/**
 * Starts an engine and makes it the one that computes.
 *
 * @param name default: the environment variable `RLHF_KIT_ENGINE`, then {@link defaultEngine}.
 * @throws {InputError} for an unknown name.
 * @throws {BackendUnavailableError} when the engine cannot be had; another one is never taken in its place.
 */
export async function useEngine(name?: string): Promise<EngineName> {
  const engine = findEngine(name ?? (process.env['RLHF_KIT_ENGINE'] || defaultEngine));
  await engine.start();
  return engine.name;
}

/** The engine of a name. @throws {InputError} for an unknown one. */
export function findEngine(name: string): Engine {
  const engine = engines[name as EngineName];
  if (engine !== undefined) return engine;
  const near = nearMatch(name, engineNames);
  throw new InputError(
    `unknown engine '${name}'${near === undefined ? '' : `; did you mean '${near}'?`} (known: ${engineNames.join(', ')})`,
  );
}

/** What computes now, e.g. for manifests. */
export function currentEngine(): string {
  return tf.getBackend();
}
