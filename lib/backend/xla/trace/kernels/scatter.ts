/** Kernels that put numbers, or add them, at places that are known only when the program runs. */
import { backend_util, util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import { scatter } from '../lookup';
import type { Program } from '../program';
import type { Value } from '../value';
import { described, rowNumbers } from './indexing';
import { like } from './elementwise';

/** Sums the rows that have the same segment; those of a negative segment, or one past the end, count nowhere. */
const unsortedSegmentSum: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const segments = program.convert(input(inputs, 'segmentIds'), 'int32');
  const shape = [attributes['numSegments'] as number, ...x.shape.slice(1)];
  return scatter(program, 'add', program.fill(0, shape, x.dtype), segments, x);
};

/** `whole` with updates put or added at the places that the indices name. */
function scattered(
  program: Program,
  how: 'add' | 'replace',
  whole: Value,
  indices: Value,
  updates: Value,
): Value {
  const { sliceRank, sliceSize, strides, outputSize, numUpdates } = backend_util.calculateShapes(
    described(updates),
    described(indices),
    [...whole.shape],
  );
  if (outputSize === 0) return whole;
  const rows = rowNumbers(program, indices, sliceRank, strides);
  const flat = program.reshape(whole, [outputSize / sliceSize, sliceSize]);
  // One number may stand for all updates.
  const all = updates.shape.length === 0 ? [numUpdates, sliceSize] : updates.shape;
  const values = program.reshape(program.broadcast(updates, all), [numUpdates, sliceSize]);
  return program.reshape(scatter(program, how, flat, rows, values), whole.shape);
}

const scatterNd: Emitter = (program, inputs, attributes) => {
  const updates = input(inputs, 'updates');
  const zeros = program.fill(0, attributes['shape'] as number[], updates.dtype);
  return scattered(program, 'add', zeros, input(inputs, 'indices'), updates);
};

const tensorScatterUpdate: Emitter = (program, inputs) =>
  scattered(program, 'replace', input(inputs, 'tensor'), input(inputs, 'indices'), input(inputs, 'updates'));

const sparseToDense: Emitter = (program, inputs, attributes) => {
  const [indices, values] = [input(inputs, 'sparseIndices'), input(inputs, 'sparseValues')];
  const whole = program.broadcast(input(inputs, 'defaultValue'), attributes['outputShape'] as number[]);
  return scattered(program, 'replace', whole, indices, values);
};

/**
 * How often each number from 0 to size − 1 stands in a row of x, or the sum of its weights. Other numbers count nowhere.
 *
 * @param x [rows, n]
 */
function counted(program: Program, x: Value, weights: Value, size: number): Value {
  const [rows, n] = x.shape as [number, number];
  const zero = like(program, x, 0);
  const isNumber = program.elementwise(
    'and',
    program.compare('GE', x, zero),
    program.compare('LT', x, like(program, x, size)),
  );
  const start = program.elementwise('multiply', program.iota(x.shape, 0, 'int32'), like(program, x, size));
  const place = program.select(isNumber, program.elementwise('add', start, x), like(program, x, -1));
  const isEmpty = util.sizeFromShape([...weights.shape]) === 0;
  const each = isEmpty ? program.fill(1, [rows * n], weights.dtype) : program.reshape(weights, [rows * n]);
  const counts = program.fill(0, [rows * size], weights.dtype);
  const sums = scatter(program, 'add', counts, program.reshape(place, [rows * n]), each);
  return program.reshape(sums, [rows, size]);
}

const bincount: Emitter = (program, inputs, attributes) => {
  const x = program.convert(input(inputs, 'x'), 'int32');
  const size = attributes['size'] as number;
  const row = program.reshape(x, [1, util.sizeFromShape([...x.shape])]);
  return program.reshape(counted(program, row, input(inputs, 'weights'), size), [size]);
};

/** The same for each row of a matrix. */
const denseBincount: Emitter = (program, inputs, attributes) => {
  const [x, weights] = [program.convert(input(inputs, 'x'), 'int32'), input(inputs, 'weights')];
  if (x.shape.length < 2) return bincount(program, inputs, attributes);
  const size = attributes['size'] as number;
  if (attributes['binaryOutput'] !== true) return counted(program, x, weights, size);
  const counts = counted(program, x, program.fill(0, [0], 'float32'), size);
  return program.convert(program.compare('GT', counts, like(program, counts, 0)), weights.dtype);
};

export const scatterKernels: Kernels = {
  UnsortedSegmentSum: unsortedSegmentSum,
  ScatterNd: scatterNd,
  TensorScatterUpdate: tensorScatterUpdate,
  SparseToDense: sparseToDense,
  Bincount: bincount,
  DenseBincount: denseBincount,
};
