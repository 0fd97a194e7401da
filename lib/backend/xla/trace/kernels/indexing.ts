/** Kernels that read and write at places that are known only when the program runs. */
import { backend_util, util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import type { DType, Program, Value } from '../program';

/** Whether each index is the number of its place along a new last axis. [..., depth] */
function hits(program: Program, indices: Value, depth: number): Value {
  const shape = [...indices.shape, depth];
  const grown = program.reshape(indices, [...indices.shape, 1]);
  const places = program.iota(shape, indices.shape.length, 'int32');
  return program.compare('EQ', program.broadcast(grown, shape), places);
}

const oneHot: Emitter = (program, inputs, attributes) => {
  const indices = program.convert(input(inputs, 'indices'), 'int32');
  const { depth, onValue, offValue } = attributes as { depth: number; onValue: number; offValue: number };
  const dtype = (attributes['dtype'] as DType | undefined) ?? 'int32';
  const hit = hits(program, indices, depth);
  const fill = (value: number): Value => program.fill(value, hit.shape, dtype);
  return program.select(hit, fill(onValue), fill(offValue));
};

/** Slices of x along an axis, one for each index. An index that is out of range reads the nearest place that there is. */
const gather: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const indices = program.convert(input(inputs, 'indices'), 'int32');
  const [axis] = util.parseAxisParam((attributes['axis'] as number | undefined) ?? 0, [...x.shape]) as [
    number,
  ];
  const batchDims = (attributes['batchDims'] as number | undefined) ?? 0;
  const shapes = backend_util.segment_util.collectGatherOpShapeInfo(
    { shape: [...x.shape], rank: x.shape.length } as never,
    { shape: [...indices.shape], rank: indices.shape.length } as never,
    axis,
    batchDims,
  );
  return program.gather(x, indices, axis, batchDims, shapes.outputShape);
};

/** Sums the rows that have the same segment; those of a negative segment, or one past the end, count nowhere. */
const unsortedSegmentSum: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const segments = program.convert(input(inputs, 'segmentIds'), 'int32');
  const shape = [attributes['numSegments'] as number, ...x.shape.slice(1)];
  return program.scatterAdd(program.fill(0, shape, x.dtype), segments, x);
};

export const indexingKernels: Kernels = {
  GatherV2: gather,
  OneHot: oneHot,
  UnsortedSegmentSum: unsortedSegmentSum,
};
