/** Kernels that bring numbers to a scale: batch normalisation, local response normalisation. */
import { input, type Attributes, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';
import { reduceWindow, type WindowAxis } from '../windows';
import { like } from './elementwise';

/** offset + (x − mean)·scale / √(variance + ε). */
const batchNorm: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const all = (value: Value): Value => program.broadcast(value, x.shape);
  const variance = input(inputs, 'variance');
  const epsilon = like(program, variance, (attributes['varianceEpsilon'] as number | null | undefined) ?? 0.001); // prettier-ignore
  const slope = program.elementwise('rsqrt', program.elementwise('add', variance, epsilon));
  const centred = program.elementwise('subtract', x, all(input(inputs, 'mean')));
  let result = program.elementwise('multiply', centred, all(slope));
  if (inputs['scale'] !== undefined) result = program.elementwise('multiply', result, all(inputs['scale']));
  if (inputs['offset'] !== undefined) result = program.elementwise('add', result, all(inputs['offset']));
  return result;
};

/** The sum over the channels not further away than a radius. */
function overNeighbours(program: Program, x: Value, radius: number): Value {
  const still: WindowAxis = { size: 1, stride: 1, dilation: 1, spread: 1, padding: [0, 0] };
  const sliding: WindowAxis = { ...still, size: 2 * radius + 1, padding: [radius, radius] };
  return reduceWindow(program, 'add', x, 0, [still, still, still, sliding]);
}

/** bias + α·Σx² over the neighbours. */
function localNorm(program: Program, x: Value, attributes: Attributes): Value {
  const { depthRadius, bias, alpha } = attributes as Record<'depthRadius' | 'bias' | 'alpha', number>;
  const squares = overNeighbours(program, program.elementwise('multiply', x, x), depthRadius);
  const scaled = program.elementwise('multiply', squares, like(program, x, alpha));
  return program.elementwise('add', scaled, like(program, x, bias));
}

/** norm^−β. */
function toMinusBeta(program: Program, norm: Value, attributes: Attributes): Value {
  return program.elementwise('power', norm, like(program, norm, -(attributes['beta'] as number)));
}

/** x·norm^−β. */
const localResponse: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  return program.elementwise(
    'multiply',
    x,
    toMinusBeta(program, localNorm(program, x, attributes), attributes),
  );
};

/** dy·norm^−β − 2αβ·x·Σ dy·y/norm over the neighbours. */
const localResponseGradient: Emitter = (program, inputs, attributes) => {
  const [x, y, dy] = [input(inputs, 'x'), input(inputs, 'y'), input(inputs, 'dy')];
  const { depthRadius, alpha, beta } = attributes as Record<'depthRadius' | 'alpha' | 'beta', number>;
  const norm = localNorm(program, x, attributes);
  const own = program.elementwise('multiply', dy, toMinusBeta(program, norm, attributes));
  const parts = program.elementwise('divide', program.elementwise('multiply', dy, y), norm);
  const scaled = program.elementwise('multiply', x, like(program, x, 2 * alpha * beta));
  const others = program.elementwise('multiply', scaled, overNeighbours(program, parts, depthRadius));
  return program.elementwise('subtract', own, others);
};

export const normalizationKernels: Kernels = {
  FusedBatchNorm: batchNorm,
  LRN: localResponse,
  LRNGrad: localResponseGradient,
};
