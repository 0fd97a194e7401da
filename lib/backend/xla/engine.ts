/** XLA: whole steps compiled through a PJRT plugin. `rlhf-kit setup xla` puts the plugin for processors in place. */
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { errorMessage } from '../../errors';
import { BackendUnavailableError, type Engine } from '../engine';
import { pluginFacts } from '../setup/plugin-facts';
import { findPlugin } from '../setup/xla';
import { hasAttention } from './attention';
import { readCompilerOptions } from './compiler-options';
import { compilations, device, openDevice, programMemory } from './device';
import { runOnHost } from './host';
import { compiledJit } from './jit';
import { runOperation } from './operations';
import { allocatorEnvironment } from './pjrt/allocator';
import { pluginAttributes } from './pjrt/client';
import { PjrtError } from './pjrt/error';
import { deviceTensors } from './tensors';
import { registerKernels } from './trace/register';

export const xlaEngine: Engine = {
  name: 'xla',
  purpose: 'compiles whole steps, for processors and, by plugin, for GPUs; the default',
  jit: compiledJit,
  compiles: true,
  compilations,
  programMemory,
  hasAttention: (sizes) => device().isCuda && hasAttention(sizes),
  environment: () => (computesOnProcessor() ? allocatorEnvironment() : {}),
  ownMemory: () => (device().isProcessor ? undefined : device().client.memory()?.limit),
  deviceKind: () => device().client.kind,
  async start() {
    const plugin = findPlugin();
    try {
      openDevice(plugin);
    } catch (error) {
      if (!(error instanceof PjrtError)) throw error;
      throw new BackendUnavailableError(
        `the xla engine finds no device: ${errorMessage(error)}; its plugin is ${plugin}, npx rlhf-kit setup xla takes the one for processors`,
      );
    }
    if (tf.findBackend('xla') === null) {
      tf.registerBackend('xla', () => deviceTensors);
      registerKernels('xla', runOperation, runOnHost);
    }
    // tfjs's plain engine, which computes what has no compiled form, greets with an advertisement on its first operation.
    tf.env().set('PROD', true);
    await tf.setBackend('xla');
    await tf.ready();
  },
  describe() {
    const { plugin, client } = device();
    const { major, minor } = plugin.version;
    const stablehlo = pluginAttributes(plugin)['stablehlo_current_version'];
    const language = Array.isArray(stablehlo) ? stablehlo.join('.') : 'of unknown version';
    const { platform, devices } = client;
    const memory = client.memory();
    const gigabytes = ((memory?.limit ?? totalmem()) / 2 ** 30).toFixed(1);
    return `XLA through tfjs ${tf.version.tfjs}: ${platform.name}, ${devices.join(', ')}; ${gigabytes} GB of memory; PJRT ${major}.${minor}, StableHLO ${language}; plugin ${join(basename(dirname(plugin.path)), basename(plugin.path))}`;
  },
};

/** Whether the plugin that would be loaded is for processors; where there is none that can be, starting the engine says why. */
function computesOnProcessor(): boolean {
  try {
    return !pluginFacts(findPlugin()).forCuda;
  } catch (error) {
    if (error instanceof BackendUnavailableError) return true;
    throw error;
  }
}

/**
 * Environment in which a processor computes with so many threads, unless the user set it otherwise. On a GPU the threads only compile, and
 * all of them may: the system shares the processor out.
 */
export function xlaThreads(threads: number): Record<string, string> {
  if (!computesOnProcessor()) return {};
  return { NPROC: process.env['NPROC'] || `${threads}` };
}

/** Environment in which the compiler takes these options besides those that the user set. @throws {InputError} for a word that is none. */
export function xlaOptions(options: string): Record<string, string> {
  readCompilerOptions(options);
  return { RLHF_KIT_XLA_OPTIONS: `${process.env['RLHF_KIT_XLA_OPTIONS'] ?? ''} ${options}`.trim() };
}
