/** Kernels that take axes away: sums, means, extremes, softmax. */
import { util } from '@tensorflow/tfjs';
import { reduceExtreme } from '../halving';
import { input, type Attributes, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';

function axesOf(x: Value, axis: unknown): number[] {
  return util.parseAxisParam((axis ?? null) as number[], [...x.shape]);
}

/** x without some axes, or with them at extent 1. */
function keep(program: Program, x: Value, axes: readonly number[], reduced: Value, keepDims: unknown): Value {
  if (keepDims !== true) return reduced;
  return program.reshape(
    reduced,
    x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
  );
}

/** The least or greatest number that there is of x's type. */
export function extreme({ dtype }: Value, sign: 1 | -1): number {
  return dtype === 'float32' ? sign * Infinity : sign === 1 ? 2 ** 31 - 1 : -(2 ** 31);
}

/** With the least or greatest number in place of NaN, which then is passed over. */
export function withoutNan(program: Program, x: Value, sign: 1 | -1): Value {
  if (x.dtype !== 'float32') return x;
  return program.select(program.compare('EQ', x, x), x, program.fill(extreme(x, sign), x.shape, x.dtype));
}

const reduction =
  (reduce: (program: Program, x: Value, axes: readonly number[]) => Value): Emitter =>
  (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    // tfjs calls the axes of Max by another name.
    const axes = axesOf(x, attributes['reductionIndices'] ?? attributes['axis']);
    return keep(program, x, axes, reduce(program, x, axes), attributes['keepDims']);
  };

/** @param start the operation's neutral element. */
const reducing = (operation: string, start: number): Emitter =>
  reduction((program, x, axes) => program.reduce(operation, x, axes, start));

/** Sums and products of booleans are counted in integers. */
const counting =
  (emitter: Emitter): Emitter =>
  (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    return emitter(program, { x: x.dtype === 'bool' ? program.convert(x, 'int32') : x }, attributes);
  };

const sum = counting(reducing('add', 0));

function mean(program: Program, inputs: Readonly<Record<string, Value>>, attributes: Attributes): Value {
  const x = program.convert(input(inputs, 'x'), 'float32');
  const count = util.sizeFromShape(axesOf(x, attributes['axis']).map((axis) => x.shape[axis] as number));
  const total = sum(program, { x }, attributes) as Value;
  // A product with a constant is faster than a division, and 0/0 stays NaN.
  return program.elementwise('multiply', total, program.fill(1 / count, total.shape, 'float32'));
}

/** x less its maximum along an axis: its exponential cannot overflow. */
function centred(program: Program, x: Value, axis: number): Value {
  const greatest = reduceExtreme(program, 'maximum', x, [axis], -Infinity);
  return program.elementwise('subtract', x, spread(program, greatest, x, axis));
}

/** A reduced value at every place of the axis that it lost. */
export function spread(program: Program, reduced: Value, x: Value, axis: number): Value {
  return program.broadcast(keep(program, x, [axis], reduced, true), x.shape);
}

/** exp(x − max) / Σ exp(x − max). */
const softmax: Emitter = (program, inputs, attributes) => {
  const x = program.convert(input(inputs, 'logits'), 'float32');
  const [axis] = axesOf(x, attributes['dim'] ?? -1) as [number];
  const exponentials = program.elementwise('exponential', centred(program, x, axis));
  const total = program.reduce('add', exponentials, [axis], 0);
  const factor = program.elementwise('divide', program.fill(1, total.shape, 'float32'), total);
  return program.elementwise('multiply', exponentials, spread(program, factor, x, axis));
};

export const reduceKernels: Kernels = {
  Sum: sum,
  Prod: counting(reducing('multiply', 1)),
  Mean: mean,
  Max: reduction((program, x, axes) => reduceExtreme(program, 'maximum', x, axes, extreme(x, -1))),
  Min: reduction((program, x, axes) => reduceExtreme(program, 'minimum', x, axes, extreme(x, 1))),
  All: reducing('and', 1),
  Any: reducing('or', 0),
  Softmax: softmax,
};
