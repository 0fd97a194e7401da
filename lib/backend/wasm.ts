/** tfjs's WebAssembly backend: runs wherever Node runs; for portability and small tests. */
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { errorMessage } from '../errors';
import { BackendUnavailableError, type Engine } from './engine';
import { runEagerly } from './jit';
import { registerWasmKernels } from './wasm-kernels';

let registered = false;

export const wasmEngine: Engine = {
  name: 'wasm',
  purpose: 'portability and small tests; some twenty times slower than tensorflow',
  jit: runEagerly,
  compiles: false,
  async start() {
    try {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
      if (!registered) registerWasmKernels();
      registered = true;
      await tf.setBackend('wasm');
      await tf.ready();
    } catch (error) {
      throw new BackendUnavailableError(`the wasm engine cannot start: ${errorMessage(error)}`);
    }
  },
  describe: () =>
    `tfjs ${tf.version.tfjs}, WebAssembly${tf.env().getBool('WASM_HAS_SIMD_SUPPORT') ? ' with SIMD' : ''}`,
};
