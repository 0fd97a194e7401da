/** tfjs's WebAssembly backend: runs wherever Node runs; for portability and small tests. */
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { errorMessage } from '../errors';
import { BackendUnavailableError, type Engine } from './engine';

export const wasmEngine: Engine = {
  name: 'wasm',
  purpose: 'portability and small tests; some twenty times slower than tensorflow',
  async start() {
    try {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
      registerUnsortedSegmentSum();
      await tf.setBackend('wasm');
      await tf.ready();
    } catch (error) {
      throw new BackendUnavailableError(`the wasm engine cannot start: ${errorMessage(error)}`);
    }
  },
  describe: () =>
    `tfjs ${tf.version.tfjs}, WebAssembly${tf.env().getBool('WASM_HAS_SIMD_SUPPORT') ? ' with SIMD' : ''}`,
};

let registered = false;

/**
 * The kernel that the gradient of `gather` needs and the package lacks: out[s] = Σ x[i] over all i with segment s. Rows of
 * negative segments are dropped, as TensorFlow does.
 */
function registerUnsortedSegmentSum(): void {
  if (registered) return;
  registered = true;
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const wasm = backend as unknown as BackendWasm;
      const { x, segmentIds } = inputs as unknown as Record<'x' | 'segmentIds', tf.TensorInfo>;
      const { numSegments } = attrs as unknown as { numSegments: number };
      const rowShape = x.shape.slice(segmentIds.shape.length);
      const width = rowShape.reduce((a, b) => a * b, 1);
      const out = wasm.makeOutput([numSegments, ...rowShape], x.dtype);
      const rows = wasm.typedArrayFromHeap(x);
      const ids = wasm.typedArrayFromHeap(segmentIds);
      const sums = wasm.typedArrayFromHeap(out);
      sums.fill(0);
      for (let i = 0; i < ids.length; i++) {
        const segment = ids[i] as number;
        if (segment < 0 || segment >= numSegments) continue;
        for (let j = 0; j < width; j++) {
          (sums[segment * width + j] as number) += rows[i * width + j] as number;
        }
      }
      return out;
    },
  });
}
