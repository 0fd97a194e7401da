/** Means and greatest numbers of what lies under a window, and their gradients. */
import { backend_util, util } from '@tensorflow/tfjs';
import { input, type Attributes, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';
import { overSpace, placesOfGreatest, reduceWindow, scatterToGreatest, type WindowAxis } from '../windows';
import { like } from './elementwise';
import { extreme, withoutNan } from './reduce';
import { spaceOf, type SpaceAxis } from './space';

function axesOf(x: Value, attributes: Attributes): SpaceAxis[] {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as { filterSize: number; strides: number; pad: number; dimRoundingMode?: 'floor' }; // prettier-ignore
  const find = x.shape.length === 5 ? backend_util.computePool3DInfo : backend_util.computePool2DInfo;
  return spaceOf(find([...x.shape] as never, filterSize, strides, 1, pad, dimRoundingMode));
}

function forward({ inExtent, outExtent, filter, stride, before }: SpaceAxis): WindowAxis {
  const after = (outExtent - 1) * stride + filter - inExtent - before;
  return { size: filter, stride, dilation: 1, spread: 1, padding: [before, after] };
}

/** The window that goes from the results back to what they came from. */
function back({ inExtent, outExtent, filter, stride, before }: SpaceAxis): WindowAxis {
  const low = filter - 1 - before;
  const high = inExtent + filter - 1 - ((outExtent - 1) * stride + 1) - low;
  return { size: filter, stride: 1, dilation: 1, spread: stride, padding: [low, high] };
}

const windowOf = (x: Value, attributes: Attributes): WindowAxis[] =>
  overSpace(axesOf(x, attributes).map(forward));

/** A window of one place that gives as many numbers as there are: tfjs leaves the image as it is, whatever the padding. */
function changesNothing(axes: readonly SpaceAxis[]): boolean {
  return axes.every(({ filter, inExtent, outExtent }) => filter === 1 && inExtent === outExtent);
}

const greatest: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  if (changesNothing(axesOf(x, attributes))) return x;
  return reduceWindow(
    program,
    'maximum',
    withoutNan(program, x, -1),
    extreme(x, -1),
    windowOf(x, attributes),
  );
};

const greatestGradient: Emitter = (program, inputs, attributes) => {
  const x = withoutNan(program, input(inputs, 'input'), -1);
  return scatterToGreatest(program, x, input(inputs, 'dy'), windowOf(x, attributes));
};

/** The greatest numbers and their places, counted in the image or in all images of the batch. */
const greatestWithPlaces: Emitter = (program, inputs, attributes) => {
  const x = withoutNan(program, input(inputs, 'x'), -1);
  const window = windowOf(x, attributes);
  const perImage = util.sizeFromShape(x.shape.slice(1));
  const wholeBatch = attributes['includeBatchInIndex'] === true;
  const count = wholeBatch ? perImage * (x.shape[0] as number) : perImage;
  const counted = program.reshape(program.iota([count], 0, 'int32'), [wholeBatch ? (x.shape[0] as number) : 1, ...x.shape.slice(1)]); // prettier-ignore
  return [
    reduceWindow(program, 'maximum', x, extreme(x, -1), window),
    placesOfGreatest(program, program.convert(x, 'float32'), program.broadcast(counted, x.shape), window),
  ];
};

/** Numbers of the image under each window: fewer at its edges, at least 1. */
function counts(program: Program, x: Value, window: readonly WindowAxis[]): Value {
  const found = reduceWindow(program, 'add', program.fill(1, x.shape, 'float32'), 0, window);
  return program.elementwise('maximum', found, like(program, found, 1));
}

const mean: Emitter = (program, inputs, attributes) => {
  const x = program.convert(input(inputs, 'x'), 'float32');
  if (changesNothing(axesOf(x, attributes))) return x;
  const window = windowOf(x, attributes);
  const sum = reduceWindow(program, 'add', x, 0, window);
  return program.elementwise('divide', sum, counts(program, x, window));
};

/**
 * Each number gets its part of the means that it went into. tfjs's plain engine divides by the whole window at the edges too,
 * which is not the gradient of its own mean.
 */
const meanGradient: Emitter = (program, inputs, attributes) => {
  const [dy, x] = [input(inputs, 'dy'), input(inputs, 'input')];
  const part = program.elementwise('divide', dy, counts(program, x, windowOf(x, attributes)));
  return reduceWindow(program, 'add', part, 0, overSpace(axesOf(x, attributes).map(back)));
};

export const poolingKernels: Kernels = {
  MaxPool: greatest,
  MaxPoolGrad: greatestGradient,
  MaxPoolWithArgmax: greatestWithPlaces,
  MaxPool3D: greatest,
  MaxPool3DGrad: greatestGradient,
  AvgPool: mean,
  AvgPoolGrad: meanGradient,
  AvgPool3D: mean,
  AvgPool3DGrad: meanGradient,
};
