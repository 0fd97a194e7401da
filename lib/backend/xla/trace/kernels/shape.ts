/** Kernels that move numbers and leave them as they are. */
import { backend_util, slice_util, util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { DType, Value } from '../value';

function axisOf(attributes: Readonly<Record<string, unknown>>, rank: number): number {
  const axis = attributes['axis'] as number;
  return axis < 0 ? axis + rank : axis;
}

/** The inputs of a kernel that takes a list: tfjs numbers them. */
export function listed(inputs: Readonly<Record<string, Value>>): [Value, ...Value[]] {
  return Object.keys(inputs)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => inputs[key] as Value) as [Value, ...Value[]];
}

/** One piece of x along an axis. */
function piece(program: Program, x: Value, axis: number, start: number, length: number): Value {
  return program.slice(
    x,
    x.shape.map((_, other) => (other === axis ? start : 0)),
    x.shape.map((extent, other) => (other === axis ? length : extent)),
  );
}

const unpack: Emitter = (program, inputs, attributes) => {
  const value = input(inputs, 'value');
  const axis = axisOf(attributes, value.shape.length);
  const rest = value.shape.filter((_, other) => other !== axis);
  return Array.from({ length: value.shape[axis] as number }, (_, i) =>
    program.reshape(piece(program, value, axis, i, 1), rest),
  );
};

const pack: Emitter = (program, inputs, attributes) => {
  const values = listed(inputs);
  const axis = axisOf(attributes, values[0].shape.length + 1);
  const grown = (value: Value): Value => {
    const shape = [...value.shape];
    shape.splice(axis, 0, 1);
    return program.reshape(value, shape);
  };
  return program.concatenate(values.map(grown) as [Value, ...Value[]], axis);
};

const split: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const axis = axisOf(attributes, x.shape.length);
  const asked = attributes['numOrSizeSplits'] as number | number[];
  let start = 0;
  return backend_util.prepareSplitSize({ shape: [...x.shape] } as never, asked, axis).map((length) => {
    const part = piece(program, x, axis, start, length);
    start += length;
    return part;
  });
};

/** Repeats x along each axis: every axis gets one of repetitions before it, then both become one. */
const tile: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const repetitions = attributes['reps'] as number[];
  const shape = [...Array.from({ length: repetitions.length - x.shape.length }, () => 1), ...x.shape];
  const apart = shape.flatMap((extent) => [1, extent]);
  const repeated = shape.flatMap((extent, axis) => [repetitions[axis] as number, extent]);
  return program.reshape(
    program.broadcast(program.reshape(x, apart), repeated),
    shape.map((extent, axis) => extent * (repetitions[axis] as number)),
  );
};

export const shapeKernels: Kernels = {
  Reshape: (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    const shape = attributes['shape'] as number[];
    return program.reshape(x, util.inferFromImplicitShape(shape, util.sizeFromShape([...x.shape])));
  },
  ExpandDims: (program, inputs, attributes) => {
    const x = input(inputs, 'input');
    const dim = attributes['dim'] as number;
    const shape = [...x.shape];
    util.assert(-(shape.length + 1) <= dim && dim <= shape.length, () =>
      `expandDims: axis must be between ${-(shape.length + 1)} and ${shape.length}, got ${dim}`,
    ); // prettier-ignore
    shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
    return program.reshape(x, shape);
  },
  Transpose: (program, inputs, attributes) =>
    program.transpose(input(inputs, 'x'), attributes['perm'] as number[]),
  Slice: (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    const { begin, size } = attributes as { begin: number | number[]; size: number | number[] };
    const [start, extent] = slice_util.parseSliceParams({ shape: [...x.shape] } as never, begin, size);
    return program.slice(x, start as number[], extent as number[]);
  },
  StridedSlice: (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    const { begin, end, strides } = attributes as { begin: number[]; end: number[]; strides: number[] };
    const mask = (name: string): number => (attributes[name] as number | undefined) ?? 0;
    const info = slice_util.sliceInfo(
      [...x.shape],
      begin,
      end,
      strides,
      mask('beginMask'),
      mask('endMask'),
      mask('ellipsisMask'),
      mask('newAxisMask'),
      mask('shrinkAxisMask'),
    );
    if (info.finalShapeSparse.includes(0)) return program.fill(0, info.finalShape, x.dtype);
    const backwards = info.strides.flatMap((stride, axis) => (stride < 0 ? [axis] : []));
    const turned = backwards.length === 0 ? x : program.reverse(x, backwards);
    // A place counted from the other end.
    const place = (at: number, axis: number): number =>
      (info.strides[axis] as number) < 0 ? (x.shape[axis] as number) - 1 - at : at;
    const steps = info.strides.map(Math.abs);
    const starts = info.begin.map(place);
    const sizes = info.begin.map((from, axis) =>
      Math.ceil(((info.end[axis] as number) - from) / (info.strides[axis] as number)),
    );
    const ends = starts.map(
      (start, axis) => start + ((sizes[axis] as number) - 1) * (steps[axis] as number) + 1,
    );
    return program.reshape(program.everyNth(turned, starts, ends, steps, sizes), info.finalShape);
  },
  LinSpace: (program, _, attributes) => {
    const { start, stop, num } = attributes as { start: number; stop: number; num: number };
    const step = num === 1 ? 0 : (stop - start) / (num - 1);
    return program.constant(
      Array.from({ length: num }, (_unused, i) => start + step * i),
      [num],
      'float32',
    );
  },
  Concat: (program, inputs, attributes) => {
    const values = listed(inputs);
    return program.concatenate(values, axisOf(attributes, values[0].shape.length));
  },
  Pack: pack,
  Unpack: unpack,
  SplitV: split,
  Tile: tile,
  Reverse: (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    return program.reverse(x, util.parseAxisParam(attributes['dims'] as number[], [...x.shape]));
  },
  PadV2: (program, inputs, attributes) =>
    program.pad(
      input(inputs, 'x'),
      attributes['paddings'] as [number, number][],
      (attributes['constantValue'] as number | undefined) ?? 0,
    ),
  Fill: (program, _, attributes) => {
    const { shape, value, dtype } = attributes as { shape: number[]; value: number; dtype?: DType };
    return program.fill(value, shape, dtype ?? 'float32');
  },
  Range: (program, _, attributes) => {
    const { start, stop, step: asked } = attributes as { start: number; stop: number; step: number };
    // As tfjs has it: the step that nobody gave counts down where it must.
    const step = asked === 1 && stop < start ? -1 : asked;
    const dtype = attributes['dtype'] === 'int32' ? 'int32' : 'float32';
    const length = Math.max(0, Math.ceil((stop - start) / step));
    const places = program.iota([length], 0, dtype);
    const scaled = program.elementwise('multiply', places, program.fill(step, [length], dtype));
    return program.elementwise('add', scaled, program.fill(start, [length], dtype));
  },
  ZerosLike: (program, inputs) => {
    const { shape, dtype } = input(inputs, 'x');
    return program.fill(0, shape, dtype);
  },
  OnesLike: (program, inputs) => {
    const { shape, dtype } = input(inputs, 'x');
    return program.fill(1, shape, dtype);
  },
};
