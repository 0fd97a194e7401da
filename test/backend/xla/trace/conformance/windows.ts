/** Cases of convolutions, pooling, normalisation and images. */
import type { Attributes } from '../../../../../lib/backend/xla/trace/kernel';
import type { Draw, DrawCase, Input } from './draw';

/** A window of a convolution and the image under it. */
interface Geometry {
  readonly batch: number;
  readonly image: readonly number[];
  readonly filter: readonly number[];
  readonly attributes: Attributes;
}

/** Dilations are in kernels.test.ts: tfjs's gradients refuse them. */
function geometry(d: Draw, space: 2 | 3): Geometry {
  const filter = d.list(space, 1, 3);
  const strides = d.list(space, 1, 2);
  const dilations = filter.map(() => 1);
  const image = filter.map((size) => size - 1 + d.integer(1, 3));
  const [depth, pad] = [space === 3, d.pick(['same', 'valid'])];
  return {
    batch: d.integer(1, 2),
    image,
    filter,
    attributes: { strides, pad, dataFormat: depth ? 'NDHWC' : 'NHWC', dimRoundingMode: undefined, dilations },
  };
}

/** Extents that a convolution gives. */
function outOf({ image, filter, attributes }: Geometry): number[] {
  const { strides, pad } = attributes as { strides: number[]; pad: string };
  return image.map((extent, axis) => {
    const reach = (filter[axis] as number) - 1;
    return Math.ceil((pad === 'same' ? extent : extent - reach) / (strides[axis] as number));
  });
}

const convolve =
  (space: 2 | 3): DrawCase =>
  (d) => {
    const { batch, image, filter, attributes } = geometry(d, space);
    const [from, to] = d.list(2, 1, 3) as [number, number];
    return {
      inputs: { x: d.float([batch, ...image, from]), filter: d.float([...filter, from, to]) },
      attributes,
    };
  };

const imageGradient =
  (space: 2 | 3): DrawCase =>
  (d) => {
    const drawn = geometry(d, space);
    const [from, to] = d.list(2, 1, 3) as [number, number];
    return {
      inputs: {
        dy: d.float([drawn.batch, ...outOf(drawn), to]),
        filter: d.float([...drawn.filter, from, to]),
      },
      attributes: { ...drawn.attributes, inputShape: [drawn.batch, ...drawn.image, from] },
    };
  };

const filterGradient =
  (space: 2 | 3): DrawCase =>
  (d) => {
    const drawn = geometry(d, space);
    const [from, to] = d.list(2, 1, 3) as [number, number];
    return {
      inputs: {
        x: d.float([drawn.batch, ...drawn.image, from]),
        dy: d.float([drawn.batch, ...outOf(drawn), to]),
      },
      attributes: { ...drawn.attributes, filterShape: [...drawn.filter, from, to] },
    };
  };

/** The strides of both axes are one: tfjs wants it so for convolutions of single channels. */
function evenGeometry(d: Draw): Geometry {
  const drawn = geometry(d, 2);
  const [stride] = drawn.attributes['strides'] as [number];
  return { ...drawn, attributes: { ...drawn.attributes, strides: [stride, stride] } };
}

const depthwise: DrawCase = (d) => {
  const { batch, image, filter, attributes } = evenGeometry(d);
  const [channels, multiplier] = d.list(2, 1, 3) as [number, number];
  return {
    inputs: { x: d.float([batch, ...image, channels]), filter: d.float([...filter, channels, multiplier]) },
    attributes,
  };
};

const fused =
  (product: DrawCase, channelsOf: (filter: readonly number[]) => number): DrawCase =>
  (d) => {
    const { inputs, attributes } = product(d);
    const channels = channelsOf((inputs['filter'] as Input).shape);
    const activation = d.pick(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu', null]);
    return {
      inputs: {
        ...inputs,
        ...(d.chance() && { bias: d.float([channels]) }),
        ...(activation === 'prelu' && { preluActivationWeights: d.float([channels], 0, 1) }),
      },
      attributes: { ...attributes, activation, leakyreluAlpha: 0.2 },
    };
  };

/** Windows over three axes are cubes: tfjs's plain engine mixes up their rows and columns where these differ. */
function poolGeometry(d: Draw, space: 2 | 3): Geometry {
  const drawn = geometry(d, space);
  if (space === 2) return drawn;
  const size = drawn.filter[0] as number;
  return {
    ...drawn,
    filter: drawn.filter.map(() => size),
    image: drawn.image.map(() => size + d.integer(0, 2)),
  };
}

const pooling =
  (space: 2 | 3, padded = true): DrawCase =>
  (d) => {
    const drawn = poolGeometry(d, space);
    const { strides, dataFormat, pad } = drawn.attributes;
    return {
      inputs: { x: d.float([drawn.batch, ...drawn.image, d.integer(1, 3)]) },
      attributes: { filterSize: drawn.filter, strides, pad: padded ? pad : 'valid', dataFormat },
    };
  };

const poolingGradient =
  (space: 2 | 3, padded = true): DrawCase =>
  (d) => {
    const drawn = poolGeometry(d, space);
    const channels = d.integer(1, 3);
    const { strides, dataFormat, pad } = drawn.attributes;
    const used = padded ? pad : 'valid';
    const out = outOf({ ...drawn, attributes: { ...drawn.attributes, pad: used } });
    return {
      inputs: {
        dy: d.float([drawn.batch, ...out, channels]),
        input: d.float([drawn.batch, ...drawn.image, channels]),
      },
      attributes: { filterSize: drawn.filter, strides, pad: used, dataFormat },
    };
  };

const imageShape = (d: Draw): number[] => [d.integer(1, 2), ...d.list(2, 1, 5), d.integer(1, 3)];

/** The two ways of counting positions exclude each other. */
function positions(d: Draw): Attributes {
  return d.pick([
    { alignCorners: false, halfPixelCenters: false },
    { alignCorners: true, halfPixelCenters: false },
    { alignCorners: false, halfPixelCenters: true },
  ]);
}

/**
 * One image, as high as wide, and more than one pixel: else the gradients of tfjs's plain engine have the wrong shape, or NaN in all
 * images but the first, or never end.
 */
function squareImage(d: Draw): number[] {
  const extent = d.integer(2, 5);
  return [1, extent, extent, d.integer(1, 3)];
}

const resize: DrawCase = (d) => {
  const counted = positions(d);
  // tfjs takes no gradient where positions are counted from the middle of a pixel.
  return {
    inputs: { images: d.float(squareImage(d)) },
    attributes: { ...counted, size: d.list(2, 1, 7) },
    hasGradient: counted['halfPixelCenters'] === false,
  };
};

const resizeGradient: DrawCase = (d) => {
  const shape = squareImage(d);
  const [batch, , , channels] = shape as [number, number, number, number];
  return {
    inputs: { images: d.float(shape), dy: d.float([batch, ...d.list(2, 1, 7), channels]) },
    attributes: { alignCorners: d.chance(), halfPixelCenters: false },
  };
};

const localResponse = (d: Draw): Attributes => ({
  depthRadius: d.integer(0, 3),
  bias: 1 + d.integer(0, 2) / 4,
  alpha: d.integer(1, 4) / 8,
  beta: d.integer(1, 3) / 4,
});

export const windowCases: Readonly<Record<string, DrawCase>> = {
  Conv2D: convolve(2),
  Conv2DBackpropInput: imageGradient(2),
  Conv2DBackpropFilter: filterGradient(2),
  Conv3D: convolve(3),
  Conv3DBackpropInputV2: imageGradient(3),
  Conv3DBackpropFilterV2: filterGradient(3),
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: (d) => {
    const drawn = evenGeometry(d);
    const [channels, multiplier] = d.list(2, 1, 3) as [number, number];
    return {
      inputs: {
        dy: d.float([drawn.batch, ...outOf(drawn), channels * multiplier]),
        filter: d.float([...drawn.filter, channels, multiplier]),
      },
      attributes: { ...drawn.attributes, inputShape: [drawn.batch, ...drawn.image, channels] },
    };
  },
  DepthwiseConv2dNativeBackpropFilter: (d) => {
    const drawn = evenGeometry(d);
    const [channels, multiplier] = d.list(2, 1, 3) as [number, number];
    return {
      inputs: {
        x: d.float([drawn.batch, ...drawn.image, channels]),
        dy: d.float([drawn.batch, ...outOf(drawn), channels * multiplier]),
      },
      attributes: { ...drawn.attributes, filterShape: [...drawn.filter, channels, multiplier] },
    };
  },
  FusedConv2D: fused(convolve(2), (filter) => filter[3] as number),
  FusedDepthwiseConv2D: fused(depthwise, (filter) => (filter[2] as number) * (filter[3] as number)),
  MaxPool: pooling(2),
  MaxPoolGrad: (d) => {
    const { inputs, attributes } = poolingGradient(2)(d);
    const { dy, input } = inputs as { dy: Input; input: Input };
    return { inputs: { dy, input, output: dy }, attributes: { ...attributes } };
  },
  MaxPool3D: pooling(3),
  MaxPool3DGrad: (d) => {
    const { inputs, attributes } = poolingGradient(3)(d);
    const { dy, input } = inputs as { dy: Input; input: Input };
    return { inputs: { dy, input, output: dy }, attributes: { ...attributes } };
  },
  MaxPoolWithArgmax: (d) => {
    const { inputs, attributes } = pooling(2)(d);
    return { inputs, attributes: { ...attributes, includeBatchInIndex: d.chance() } };
  },
  // At padded edges the plain engine's gradient is not that of its own mean; kernels.test.ts has those.
  AvgPool: pooling(2, false),
  AvgPoolGrad: poolingGradient(2, false),
  AvgPool3D: pooling(3, false),
  AvgPool3DGrad: poolingGradient(3, false),
  FusedBatchNorm: (d) => {
    const shape = d.fullShape(4, 4);
    const channels = [shape[3] as number];
    // tfjs's gradient wants a scale.
    const hasScale = d.chance();
    return {
      inputs: {
        x: d.float(shape),
        mean: d.float(channels),
        variance: d.float(channels, 0.5, 2),
        ...(d.chance() && { offset: d.float(channels) }),
        ...(hasScale && { scale: d.float(channels, 0.5, 2) }),
      },
      attributes: { varianceEpsilon: 0.01 },
      hasGradient: hasScale,
    };
  },
  LRN: (d) => ({ inputs: { x: d.float(d.fullShape(4, 4)) }, attributes: localResponse(d) }),
  LRNGrad: (d) => {
    const shape = d.fullShape(4, 4);
    return {
      inputs: { x: d.float(shape), y: d.float(shape), dy: d.float(shape) },
      attributes: localResponse(d),
    };
  },
  ResizeBilinear: resize,
  ResizeBilinearGrad: resizeGradient,
  ResizeNearestNeighbor: resize,
  ResizeNearestNeighborGrad: resizeGradient,
  FlipLeftRight: (d) => ({ inputs: { image: d.float(imageShape(d)) } }),
  RotateWithOffset: (d) => ({
    inputs: { image: d.float(imageShape(d)) },
    attributes: {
      radians: d.integer(-30, 30) / 10,
      fillValue: d.integer(0, 3),
      center: d.integer(1, 9) / 10,
    },
  }),
  CropAndResize: (d) => {
    const shape = imageShape(d);
    const count = d.integer(1, 3);
    return {
      inputs: {
        image: d.float(shape),
        boxes: d.float([count, 4], -0.2, 1.2),
        boxInd: d.int([count], 0, (shape[0] as number) - 1),
      },
      attributes: {
        cropSize: d.list(2, 1, 4),
        method: d.pick(['bilinear', 'nearest']),
        extrapolationValue: 0.5,
      },
    };
  },
};
