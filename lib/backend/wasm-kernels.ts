/** Two kernels for tfjs's wasm backend: one that it lacks, one that it computes wrongly. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Inputs<K extends string> = Readonly<Record<K, tf.TensorInfo>>;

/** Registers the kernels; call it once, after the backend's package is loaded. */
export function registerWasmKernels(): void {
  registerUnsortedSegmentSum();
  repairGather();
}

/**
 * The kernel that the gradient of `gather` needs and the package lacks: out[s] = Σ x[i] over all i with segment s. Rows of
 * negative segments are dropped, as TensorFlow does.
 */
function registerUnsortedSegmentSum(): void {
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const wasm = backend as unknown as BackendWasm;
      const { x, segmentIds } = inputs as unknown as Inputs<'x' | 'segmentIds'>;
      const { numSegments } = attrs as unknown as { numSegments: number };
      const rowShape = x.shape.slice(segmentIds.shape.length);
      const width = tf.util.sizeFromShape(rowShape);
      // Room for the output may move the heap: the views are taken afterwards.
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

/** With `batchDims` above 0 the package's `gather` reads beyond its input; that case is done here, the others stay with it. */
function repairGather(): void {
  const original = tf.getKernel('GatherV2', 'wasm');
  tf.unregisterKernel('GatherV2', 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc: (call) => {
      const attrs = call.attrs as unknown as { axis: number; batchDims: number };
      return attrs.batchDims === 0 ? original.kernelFunc(call) : batchedGather(call, attrs);
    },
  });
}

/** out[b, o, i, :] = x[b, o, indices[b, i], :], for b over the batch dimensions and o over those between them and the axis. */
function batchedGather(
  { inputs, backend }: Parameters<tf.KernelFunc>[0],
  { axis, batchDims }: { axis: number; batchDims: number },
): tf.TensorInfo {
  const wasm = backend as unknown as BackendWasm;
  const { x, indices } = inputs as unknown as Inputs<'x' | 'indices'>;
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
    tf.backend_util.segment_util.collectGatherOpShapeInfo(
      x as tf.Tensor,
      indices as tf.Tensor,
      tf.util.parseAxisParam(axis, x.shape)[0] as number,
      batchDims,
    );
  const count = tf.util.sizeFromShape(indices.shape) / batchSize;
  const out = wasm.makeOutput(outputShape, x.dtype);
  const from = wasm.typedArrayFromHeap(x);
  const which = wasm.typedArrayFromHeap(indices);
  const to = wasm.typedArrayFromHeap(out);
  for (let row = 0; row < batchSize * outerSize; row++) {
    const batch = Math.floor(row / outerSize);
    for (let i = 0; i < count; i++) {
      const index = which[batch * count + i] as number;
      if (index < 0 || index >= dimSize)
        throw new RangeError(`gather: index must be in [0, ${dimSize - 1}], got ${index}`);
      const start = (row * dimSize + index) * sliceSize;
      to.set(from.subarray(start, start + sliceSize), (row * count + i) * sliceSize);
    }
  }
  return out;
}
