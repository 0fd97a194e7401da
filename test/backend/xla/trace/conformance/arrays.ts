/** Cases of kernels that move numbers, and of those that read and write at places given by numbers. */
import type { Draw, DrawCase, Input } from './draw';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Shapes that differ in one axis only. */
function shapesAlong(d: Draw): { axis: number; shapes: number[][] } {
  const shape = d.fullShape(1);
  const axis = d.integer(0, shape.length - 1);
  const shapes = d
    .list(d.integer(1, 3), 0, 3)
    .map((extent) => shape.map((one, i) => (i === axis ? extent : one)));
  return { axis, shapes };
}

const listed = (inputs: readonly Input[]): Record<string, Input> =>
  Object.fromEntries(inputs.map((input, i) => [i, input]));

/** An order of the axes. */

function order(d: Draw, rank: number): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, () => left.splice(d.integer(0, left.length - 1), 1)[0] as number);
}

/** Indices that name rows of an array, each at most once where `distinct`. */
function rowIndices(
  d: Draw,
  shape: readonly number[],
  depth: number,
  count: number,
  distinct: boolean,
): number[] {
  const extents = shape.slice(0, depth);
  const rows = sizeOf(extents);
  const all = distinct ? order(d, rows).slice(0, count) : d.list(count, 0, rows - 1);
  return all.flatMap((row) =>
    extents.map((extent, axis) => Math.floor(row / sizeOf(extents.slice(axis + 1))) % extent),
  );
}

const scatterInputs = (d: Draw, distinct: boolean): { shape: number[]; indices: Input; updates: Input } => {
  const shape = d.fullShape(1, 3);
  const depth = d.integer(1, shape.length);
  const count = d.integer(1, Math.min(4, sizeOf(shape.slice(0, depth))));
  const numbers = rowIndices(d, shape, depth, count, distinct);
  return {
    shape,
    indices: { shape: [count, depth], dtype: 'int32', numbers },
    updates: d.float([count, ...shape.slice(depth)]),
  };
};

export const arrayCases: Readonly<Record<string, DrawCase>> = {
  Reshape: (d) => {
    const shape = d.fullShape();
    return {
      inputs: { x: d.any(shape) },
      attributes: { shape: order(d, shape.length).map((axis) => shape[axis]) },
    };
  },
  ExpandDims: (d) => {
    const shape = d.shape(0, 3);
    return {
      inputs: { input: d.any(shape) },
      attributes: { dim: d.integer(-shape.length - 1, shape.length) },
    };
  },
  Transpose: (d) => {
    const shape = d.shape(1);
    return { inputs: { x: d.any(shape) }, attributes: { perm: order(d, shape.length) } };
  },
  Slice: (d) => {
    const shape = d.fullShape(1);
    const begin = shape.map((extent) => d.integer(0, extent - 1));
    const size = shape.map((extent, axis) => d.pick([-1, d.integer(0, extent - (begin[axis] as number))]));
    return { inputs: { x: d.any(shape) }, attributes: { begin, size } };
  },
  StridedSlice: (d) => {
    const shape = d.fullShape(1, 3);
    const strides = shape.map(() => d.pick([1, 1, 2, -1, -2]));
    const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'];
    return {
      inputs: { x: d.float(shape) },
      attributes: {
        begin: shape.map((extent) => d.integer(-extent, extent - 1)),
        end: shape.map((extent) => d.integer(-extent, extent)),
        strides,
        ...Object.fromEntries(masks.map((mask) => [mask, 0])),
        beginMask: d.integer(0, 7),
        endMask: d.integer(0, 7),
      },
    };
  },
  Concat: (d) => {
    const { axis, shapes } = shapesAlong(d);
    return { inputs: listed(shapes.map((shape) => d.float(shape))), attributes: { axis } };
  },
  Pack: (d) => {
    const shape = d.fullShape(0, 3);
    const inputs = listed(d.list(d.integer(1, 3), 0, 0).map(() => d.float(shape)));
    return { inputs, attributes: { axis: d.integer(0, shape.length) } };
  },
  Unpack: (d) => {
    const shape = d.fullShape(1);
    const axis = d.axis(shape.length);
    // tfjs takes no gradient of a kernel whose list has one tensor.
    const hasGradient = shape.at(axis) !== 1;
    return { inputs: { value: d.float(shape) }, attributes: { axis }, hasGradient };
  },
  SplitV: (d) => {
    const shape = d.fullShape(1);
    const axis = d.integer(0, shape.length - 1);
    const sizes = d.list(d.integer(1, 3), 1, 3);
    shape[axis] = sizes.reduce((sum, size) => sum + size);
    const numOrSizeSplits = d.chance() ? sizes : 1;
    const hasGradient = numOrSizeSplits !== 1 && sizes.length > 1;
    return { inputs: { x: d.float(shape) }, attributes: { axis, numOrSizeSplits }, hasGradient };
  },
  Tile: (d) => {
    const shape = d.shape(1, 4);
    return { inputs: { x: d.float(shape) }, attributes: { reps: d.list(shape.length, 1, 2) } };
  },
  Reverse: (d) => {
    const shape = d.shape(1);
    return { inputs: { x: d.any(shape) }, attributes: { dims: d.axes(shape.length) } };
  },
  PadV2: (d) => {
    const shape = d.shape(1);
    const paddings = shape.map(() => d.list(2, 0, 2));
    return { inputs: { x: d.number(shape) }, attributes: { paddings, constantValue: d.integer(-2, 2) } };
  },
  MirrorPad: (d) => {
    const shape = d.fullShape(1);
    const mode = d.pick(['reflect', 'symmetric']);
    const paddings = shape.map((extent) => d.list(2, 0, mode === 'reflect' ? extent - 1 : extent));
    return { inputs: { x: d.number(shape) }, attributes: { paddings, mode } };
  },
  SpaceToBatchND: (d) => {
    const blockShape = d.list(2, 1, 3);
    const before = d.list(2, 0, 2);
    const extents = d.list(2, 1, 3);
    // The padded extents are whole blocks.
    const paddings = blockShape.map((block, axis) => {
      const front = before[axis] as number;
      return [front, (block - ((front + (extents[axis] as number)) % block)) % block];
    });
    return {
      inputs: { x: d.float([d.integer(1, 2), ...extents, ...d.list(d.integer(0, 1), 1, 3)]) },
      attributes: { blockShape, paddings },
    };
  },
  BatchToSpaceND: (d) => {
    const blockShape = d.list(2, 1, 3);
    const crops = blockShape.map((block) => [d.integer(0, 1), d.integer(0, Math.max(0, block - 2))]);
    const batch = d.integer(1, 2) * sizeOf(blockShape);
    return {
      inputs: { x: d.float([batch, ...d.list(2, 2, 3), ...d.list(d.integer(0, 1), 1, 3)]) },
      attributes: { blockShape, crops },
    };
  },
  DepthToSpace: (d) => {
    const blockSize = d.integer(2, 3);
    const [batch, rows, columns, channels] = d.list(4, 1, 3) as [number, number, number, number];
    return {
      inputs: { x: d.float([batch, rows, columns, channels * blockSize ** 2]) },
      attributes: { blockSize, dataFormat: 'NHWC' },
    };
  },
  Diag: (d) => ({ inputs: { x: d.any(d.fullShape(1, 2)) } }),
  Fill: (d) => {
    const dtype = d.pick(['float32', 'int32', 'bool']);
    return {
      inputs: {},
      attributes: { shape: d.shape(), value: dtype === 'bool' ? 1 : d.integer(-3, 3), dtype },
    };
  },
  Range: (d) => ({
    inputs: {},
    attributes: {
      start: d.integer(-4, 4),
      stop: d.integer(5, 9),
      step: d.integer(1, 3),
      dtype: d.pick(['float32', 'int32']),
    },
  }),
  LinSpace: (d) => ({
    inputs: {},
    attributes: { start: d.integer(-3, 0), stop: d.integer(1, 5), num: d.integer(1, 9) },
  }),
  ZerosLike: (d) => ({ inputs: { x: d.any(d.shape()) } }),
  OnesLike: (d) => ({ inputs: { x: d.any(d.shape()) } }),
  OneHot: (d) => {
    const depth = d.integer(1, 5);
    const attributes = { depth, onValue: d.integer(1, 3), offValue: d.integer(-2, 0) };
    return {
      inputs: { indices: d.int(d.fullShape(0, 3), -1, depth) },
      attributes: { ...attributes, dtype: d.pick(['float32', 'int32']) },
    };
  },
  GatherV2: (d) => {
    const batchDims = d.integer(0, 1);
    const x = d.fullShape(batchDims + 1, 4);
    const axis = d.integer(batchDims, x.length - 1);
    const indices = [...x.slice(0, batchDims), ...d.fullShape(1, 2)];
    return {
      inputs: { x: d.number(x), indices: d.int(indices, 0, (x[axis] as number) - 1) },
      attributes: { axis, batchDims },
    };
  },
  GatherNd: (d) => {
    const shape = d.fullShape(1, 3);
    const depth = d.integer(1, shape.length);
    const count = d.integer(1, 4);
    const numbers = rowIndices(d, shape, depth, count, false);
    return {
      inputs: { params: d.number(shape), indices: { shape: [count, depth], dtype: 'int32', numbers } },
    };
  },
  ScatterNd: (d) => {
    const { shape, indices, updates } = scatterInputs(d, false);
    return { inputs: { indices, updates }, attributes: { shape } };
  },
  TensorScatterUpdate: (d) => {
    const { shape, indices, updates } = scatterInputs(d, true);
    return { inputs: { tensor: d.float(shape), indices, updates } };
  },
  SparseToDense: (d) => {
    const outputShape = d.fullShape(1, 3);
    const count = d.integer(1, Math.min(4, sizeOf(outputShape)));
    const numbers = rowIndices(d, outputShape, outputShape.length, count, true);
    return {
      inputs: {
        sparseIndices: { shape: [count, outputShape.length], dtype: 'int32', numbers },
        sparseValues: d.float(d.chance() ? [count] : []),
        defaultValue: d.float([]),
      },
      attributes: { outputShape },
    };
  },
  UnsortedSegmentSum: (d) => {
    const [rows, numSegments] = [d.integer(1, 5), d.integer(1, 4)];
    return {
      inputs: {
        // Of integers tfjs's plain engine makes floats.
        x: d.float([rows, ...d.fullShape(0, 2)]),
        segmentIds: d.int([rows], 0, numSegments - 1),
      },
      attributes: { numSegments },
    };
  },
  Bincount: (d) => {
    const n = d.integer(1, 6);
    return {
      inputs: { x: d.int([n], 0, 6), weights: d.chance() ? d.float([n]) : d.int([0]) },
      attributes: { size: d.integer(1, 6) },
    };
  },
  DenseBincount: (d) => {
    const shape = d.fullShape(1, 2);
    return {
      inputs: { x: d.int(shape, 0, 6), weights: d.chance() ? d.float(shape) : d.int([0]) },
      attributes: { size: d.integer(1, 6), binaryOutput: d.chance() && shape.length === 2 },
    };
  },
};
