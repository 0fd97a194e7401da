/** Kernels that compare numbers along an axis: places of extremes, the largest numbers. */
import { util } from '@tensorflow/tfjs';
import { reduceExtreme } from '../halving';
import { input, type Emitter, type Kernels } from '../kernel';
import { sortDescending } from '../lookup';
import { extreme, spread, withoutNan } from './reduce';

/** Place of the extreme along an axis, the first where several are equal. NaN is passed over. */
const placeOf =
  (operation: 'maximum' | 'minimum', worst: 1 | -1): Emitter =>
  (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    const [axis] = util.parseAxisParam(attributes['axis'] as number | number[], [...x.shape]) as [number];
    const extent = x.shape[axis] as number;
    const numbers = x.dtype === 'bool' ? program.convert(x, 'int32') : withoutNan(program, x, worst);
    const found = reduceExtreme(program, operation, numbers, [axis], extreme(numbers, worst));
    const hit = program.compare('EQ', numbers, spread(program, found, x, axis));
    const places = program.iota(x.shape, axis, 'int32');
    const elsewhere = program.fill(extent, x.shape, 'int32');
    return program.reduce('minimum', program.select(hit, places, elsewhere), [axis], extent);
  };

/** The k largest numbers along the last axis and their places, equal ones in order of their places. */
const topK: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const k = attributes['k'] as number;
  const axis = x.shape.length - 1;
  const sorted = sortDescending(program, x, axis);
  const begin = x.shape.map(() => 0);
  const size = x.shape.map((extent, i) => (i === axis ? k : extent));
  return sorted.map((value) => program.slice(value, begin, size));
};

/** How many numbers of a sorted row are less than a value, or not greater: where it would be put in. */
const searchSorted: Emitter = (program, inputs, attributes) => {
  const [sorted, values] = [input(inputs, 'sortedSequence'), input(inputs, 'values')];
  const [rows, n] = sorted.shape as [number, number];
  const shape = [rows, values.shape[1] as number, n];
  const below = program.compare(
    attributes['side'] === 'left' ? 'LT' : 'LE',
    program.broadcast(program.reshape(sorted, [rows, 1, n]), shape),
    program.broadcast(program.reshape(values, [...values.shape, 1]), shape),
  );
  return program.reduce('add', program.convert(below, 'int32'), [2], 0);
};

export const orderingKernels: Kernels = {
  ArgMax: placeOf('maximum', -1),
  ArgMin: placeOf('minimum', 1),
  TopK: topK,
  SearchSorted: searchSorted,
};
