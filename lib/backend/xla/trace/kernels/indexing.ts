/** Kernels that read and write at places that are known only when the program runs. */
import { backend_util, util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import { gather } from '../lookup';
import type { Program } from '../program';
import type { DType, Value } from '../value';

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
const gatherAlong: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const indices = program.convert(input(inputs, 'indices'), 'int32');
  const [axis] = util.parseAxisParam((attributes['axis'] as number | undefined) ?? 0, [...x.shape]) as [
    number,
  ];
  const asked = (attributes['batchDims'] as number | undefined) ?? 0;
  const batchDims = asked < 0 ? asked + indices.shape.length : asked;
  const shapes = backend_util.segment_util.collectGatherOpShapeInfo(
    { shape: [...x.shape], rank: x.shape.length } as never,
    { shape: [...indices.shape], rank: indices.shape.length } as never,
    axis,
    batchDims,
  );
  return gather(program, x, indices, axis, batchDims, shapes.outputShape);
};

/**
 * Rows of [N, …] that indices name by their place on the first axes of a larger array. [M]
 *
 * @param depth indices that name one row. @param strides rows from one place to the next, for at least those axes.
 */
export function rowNumbers(
  program: Program,
  indices: Value,
  depth: number,
  strides: readonly number[],
): Value {
  const count = depth === 0 ? 1 : util.sizeFromShape([...indices.shape]) / depth;
  const flat = program.reshape(program.convert(indices, 'int32'), [count, depth]);
  const weights = program.constant(strides.slice(0, depth), [depth], 'int32');
  const weighted = program.elementwise('multiply', flat, program.broadcast(weights, flat.shape));
  return program.reduce('add', weighted, [1], 0);
}

/** What tfjs's checks want to know of a tensor. */
export function described({ shape, dtype }: Value): never {
  return { dtype, shape: [...shape], rank: shape.length, size: util.sizeFromShape([...shape]) } as never;
}

/** Slices of an array, each named by an index on its first axes. */
const gatherNd: Emitter = (program, inputs) => {
  const [x, indices] = [input(inputs, 'params'), input(inputs, 'indices')];
  const [shape, rows, length, strides] = backend_util.prepareAndValidate(described(x), described(indices));
  const flat = program.reshape(x, [util.sizeFromShape([...x.shape]) / length, length]);
  const taken = gather(
    program,
    flat,
    rowNumbers(program, indices, indices.shape.at(-1) as number, strides),
    0,
    0,
    [rows, length],
  );
  return program.reshape(taken, shape);
};

export const indexingKernels: Kernels = {
  GatherV2: gatherAlong,
  GatherNd: gatherNd,
  OneHot: oneHot,
};
