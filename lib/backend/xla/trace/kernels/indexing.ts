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

/**
 * Rows of [N, …] that the last axis of the indices names by their place on the first axes of a larger array. [M]
 *
 * @param strides rows from one place to the next, for at least those axes.
 */
function rowNumbers(program: Program, indices: Value, strides: readonly number[]): Value {
  const depth = indices.shape.at(-1) as number;
  const count = util.sizeFromShape([...indices.shape]) / depth;
  const flat = program.reshape(program.convert(indices, 'int32'), [count, depth]);
  const weights = program.constant(strides.slice(0, depth), [depth], 'int32');
  const weighted = program.elementwise('multiply', flat, program.broadcast(weights, flat.shape));
  return program.reduce('add', weighted, [1], 0);
}

/** What tfjs's checks want to know of a tensor. */
function described({ shape, dtype }: Value): never {
  return { dtype, shape: [...shape], rank: shape.length, size: util.sizeFromShape([...shape]) } as never;
}

/** Slices of an array, each named by an index on its first axes. */
const gatherNd: Emitter = (program, inputs) => {
  const [x, indices] = [input(inputs, 'params'), input(inputs, 'indices')];
  const [shape, rows, length, strides] = backend_util.prepareAndValidate(described(x), described(indices));
  const flat = program.reshape(x, [util.sizeFromShape([...x.shape]) / length, length]);
  const taken = program.gather(flat, rowNumbers(program, indices, strides), 0, 0, [rows, length]);
  return program.reshape(taken, shape);
};

/** Zeros with updates added at the places that the indices name. */
const scatterNd: Emitter = (program, inputs, attributes) => {
  const [indices, updates] = [input(inputs, 'indices'), input(inputs, 'updates')];
  const shape = attributes['shape'] as number[];
  const { sliceSize, strides, outputSize, numUpdates } = backend_util.calculateShapes(
    described(updates),
    described(indices),
    shape,
  );
  const zeros = program.fill(0, [outputSize / sliceSize, sliceSize], updates.dtype);
  const rows = rowNumbers(program, indices, strides);
  return program.reshape(
    program.scatterAdd(zeros, rows, program.reshape(updates, [numUpdates, sliceSize])),
    shape,
  );
};

export const indexingKernels: Kernels = {
  GatherV2: gather,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  OneHot: oneHot,
  UnsortedSegmentSum: unsortedSegmentSum,
};
