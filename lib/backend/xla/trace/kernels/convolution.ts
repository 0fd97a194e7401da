/** Convolutions over two and three axes of space, and their gradients. */
import { backend_util } from '@tensorflow/tfjs';
import { input, type Attributes, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';
import { convolution, type Layout, type WindowAxis } from '../windows';
import { spaceOf, type SpaceAxis } from './space';

/** Layouts of images and of filters; a filter turned round takes what it gave. */
const batchFirst = (space: readonly number[], channelsLast: boolean): Layout =>
  channelsLast ? ['b', ...space, 'f'] : ['b', 'f', ...space];

interface Shapes {
  readonly axes: readonly SpaceAxis[];
  readonly channelsLast: boolean;
  readonly image: Layout;
  readonly space: readonly number[];
}

/** What tfjs finds out about a convolution from its attributes. */
function shapesOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: Attributes,
  depthwise = false,
): Shapes {
  const { strides, pad, dimRoundingMode } = attributes as { strides: number; pad: number; dimRoundingMode?: 'floor' }; // prettier-ignore
  // A gradient's attributes name no dilations; where they are null there are none.
  const dilations = (attributes['dilations'] as number | undefined) ?? 1;
  const info =
    filterShape.length === 5
      ? backend_util.computeConv3DInfo(inputShape as never, filterShape as never, strides, dilations, pad)
      : backend_util.computeConv2DInfo(
          inputShape as never,
          filterShape as never,
          strides,
          dilations,
          pad,
          dimRoundingMode,
          depthwise,
          backend_util.convertConv2DDataFormat((attributes['dataFormat'] as 'NHWC' | undefined) ?? 'NHWC'),
        );
  const axes = spaceOf(info);
  const space = axes.map((_, i) => i);
  const channelsLast = info.dataFormat === 'channelsLast';
  return { axes, channelsLast, image: batchFirst(space, channelsLast), space };
}

/** The window of a convolution. */
function forward({ inExtent, outExtent, filter, stride, dilation, before }: SpaceAxis): WindowAxis {
  const after = (outExtent - 1) * stride + (filter - 1) * dilation + 1 - inExtent - before;
  return { size: filter, stride, dilation, spread: 1, padding: [before, after] };
}

/** That of its gradient with regard to the image: dy, spread out by the stride, under the filter turned round. */
function backToImage({ inExtent, outExtent, filter, stride, dilation, before }: SpaceAxis): WindowAxis {
  const reach = (filter - 1) * dilation;
  const low = reach - before;
  const high = inExtent + reach - ((outExtent - 1) * stride + 1) - low;
  return { size: filter, stride: 1, dilation, spread: stride, padding: [low, high] };
}

/** That of its gradient with regard to the filter: the image under dy, spread out by the stride. */
function backToFilter({ inExtent, outExtent, filter, stride, dilation, before }: SpaceAxis): WindowAxis {
  const high = (filter - 1) * dilation + (outExtent - 1) * stride + 1 - inExtent - before;
  return { size: outExtent, stride: dilation, dilation: stride, spread: 1, padding: [before, high] };
}

export const convolve: Emitter = (program, inputs, attributes) => {
  const [x, filter] = [input(inputs, 'x'), input(inputs, 'filter')];
  const { axes, image, space } = shapesOf(x.shape, filter.shape, attributes);
  return convolution(program, x, filter, {
    layouts: { x: image, filter: [...space, 'i', 'o'], result: image },
    window: axes.map(forward),
  });
};

/** @returns dx. */
const imageGradient: Emitter = (program, inputs, attributes) => {
  const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')];
  const { axes, image, space } = shapesOf(attributes['inputShape'] as number[], filter.shape, attributes);
  // tf.conv2dTranspose takes more than the places that the result comes from.
  const extents = image.map((axis, i) =>
    typeof axis === 'number' ? (axes[axis] as SpaceAxis).outExtent : (dy.shape[i] as number),
  );
  const used = program.slice(dy, extents.map(() => 0), extents); // prettier-ignore
  return convolution(program, used, filter, {
    layouts: { x: image, filter: [...space, 'o', 'i'], result: image },
    window: axes.map(backToImage),
    reversed: true,
  });
};

/** The image's batch is summed over as if it were channels, its channels are kept as if they were a batch. */
const exchanged = (layout: Layout, [a, b]: readonly [string, string]): Layout =>
  layout.map((axis) => (axis === 'b' ? b : axis === 'f' ? a : axis));

/** @returns the gradient of the filter. */
const filterGradient: Emitter = (program, inputs, attributes) => {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')];
  const { axes, image, space } = shapesOf(x.shape, attributes['filterShape'] as number[], attributes);
  return convolution(program, x, dy, {
    layouts: {
      x: exchanged(image, ['b', 'f']),
      filter: exchanged(image, ['o', 'i']),
      result: [...space, 'b', 'f'],
    },
    window: axes.map(backToFilter),
  });
};

/** [rows, columns, channels, multiplier] as filters of one channel each. */
function grouped(program: Program, filter: Value): Value {
  const [rows, columns, channels, multiplier] = filter.shape as [number, number, number, number];
  return program.reshape(filter, [rows, columns, 1, channels * multiplier]);
}

export const convolveDepthwise: Emitter = (program, inputs, attributes) => {
  const [x, filter] = [input(inputs, 'x'), input(inputs, 'filter')];
  const { axes, image, space } = shapesOf(x.shape, filter.shape, attributes, true);
  return convolution(program, x, grouped(program, filter), {
    layouts: { x: image, filter: [...space, 'i', 'o'], result: image },
    window: axes.map(forward),
    channelGroups: filter.shape[2] as number,
  });
};

const depthwiseImageGradient: Emitter = (program, inputs, attributes) => {
  const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')];
  const shapes = shapesOf(attributes['inputShape'] as number[], filter.shape, attributes, true);
  return convolution(program, dy, program.transpose(filter, [0, 1, 3, 2]), {
    layouts: { x: shapes.image, filter: [...shapes.space, 'i', 'o'], result: shapes.image },
    window: shapes.axes.map(backToImage),
    reversed: true,
    channelGroups: filter.shape[2] as number,
  });
};

const depthwiseFilterGradient: Emitter = (program, inputs, attributes) => {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')];
  const filterShape = attributes['filterShape'] as number[];
  const { axes, image, space } = shapesOf(x.shape, filterShape, attributes, true);
  const gradient = convolution(program, x, dy, {
    layouts: {
      x: exchanged(image, ['b', 'f']),
      filter: exchanged(image, ['o', 'i']),
      result: [...space, 'b', 'f'],
    },
    window: axes.map(backToFilter),
    batchGroups: filterShape[2] as number,
  });
  return program.reshape(gradient, filterShape);
};

export const convolutionKernels: Kernels = {
  Conv2D: convolve,
  Conv2DBackpropInput: imageGradient,
  Conv2DBackpropFilter: filterGradient,
  Conv3D: convolve,
  Conv3DBackpropInputV2: imageGradient,
  Conv3DBackpropFilterV2: filterGradient,
  DepthwiseConv2dNative: convolveDepthwise,
  DepthwiseConv2dNativeBackpropInput: depthwiseImageGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
};
