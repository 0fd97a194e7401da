/** TensorFlow native, through tfjs-node-gpu's binding. `rlhf-kit setup tensorflow` puts it in place. */
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { errorMessage } from '../errors';
import { BackendUnavailableError, type Engine } from './engine';
import { runEagerly } from './jit';

/** The binding breaks on Node releases that removed an API it calls. */
const lastNodeMajor = 22;
let version = '';

export const tensorflowEngine: Engine = {
  name: 'tensorflow',
  purpose: 'native operations one by one, on the processor, or on an NVIDIA GPU after setup with --gpu',
  jit: runEagerly,
  compiles: false,
  async start() {
    if (tf.findBackend('tensorflow') === null) {
      const { registerBackend, tensorflowVersion } = loadNative();
      registerBackend();
      version = tensorflowVersion;
    }
    await tf.setBackend('tensorflow');
    await tf.ready();
  },
  describe: () =>
    `TensorFlow ${version} through tfjs ${tf.version.tfjs}, ${usesGpu() ? 'NVIDIA GPU' : 'processor'}`,
};

/** Environment in which TensorFlow computes an operation with so many threads, unless the user set it otherwise. */
export function tensorflowThreads(threads: number): Record<string, string> {
  const name = 'TF_NUM_INTRAOP_THREADS';
  return { [name]: process.env[name] ?? `${threads}` };
}

function usesGpu(): boolean {
  return (tf.backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
}

/** @throws {BackendUnavailableError} on a Node that the binding does not run on. */
export function refuseLaterNode(): void {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) > lastNodeMajor) {
    throw new BackendUnavailableError(
      `the tensorflow engine needs Node ${lastNodeMajor} or older (its binding uses an API that Node ${lastNodeMajor + 1} removed), got Node ${node}`,
    );
  }
}

interface Binding {
  readonly TF_Version: string;
}

/**
 * Loads the binding and its kernels. The package's own entry point is not used: it looks for the binary with an installer's
 * library and loads tensorboard's protocol buffers on its way.
 */
function loadNative(): { registerBackend(): void; tensorflowVersion: string } {
  refuseLaterNode();
  // Else TensorFlow writes a banner about processor features to stderr.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  try {
    const root = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    /* eslint-disable @typescript-eslint/no-require-imports -- loaded only when the engine is asked for */
    const binding = require(join(root, 'lib/napi-v8/tfjs_binding.node')) as Binding;
    require(join(root, 'dist/register_all_kernels'));
    const { NodeJSKernelBackend } = require(join(root, 'dist/nodejs_kernel_backend')) as {
      NodeJSKernelBackend: new (binding: Binding, name: string) => tf.KernelBackend;
    };
    /* eslint-enable @typescript-eslint/no-require-imports */
    return {
      registerBackend: () =>
        tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, 'tfjs-node-gpu')),
      tensorflowVersion: binding.TF_Version,
    };
  } catch (error) {
    // Absent, present without its binary, or with a library that is gone: all are mended by the same command.
    throw new BackendUnavailableError(
      `the tensorflow engine is not set up (${firstLine(errorMessage(error))}); run: npx rlhf-kit setup tensorflow`,
    );
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] as string;
}
